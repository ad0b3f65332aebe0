"""How is a machine told: one document on standard output, or on standard error why not?"""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec
from typer.exceptions import TyperException

from application.errors import StoreUnavailable, StreamUnavailable
from domain.errors import TidingsError
from entrypoints import exit_codes
from entrypoints.answers import BadSetting, Kind, Problem, Refusal
from entrypoints.ending import exit_code, give_up_output, leaves
from entrypoints.settings import BadSettings
from entrypoints.shapes import Shape


def tell(answer: Shape) -> None:
    """At once, so that who reads line by line does not wait."""
    _write(sys.stdout.buffer, answer)


def explain(error: Exception) -> int:
    """Returns the exit code."""
    problem = next(filter(None, map(_problem, leaves(error))), None) or _bug(error)
    if problem.exit_code == exit_codes.NO_OUTPUT:
        give_up_output()
    _write(sys.stderr.buffer, Refusal(error=problem))
    return problem.exit_code


def _problem(error: BaseException) -> Problem | None:
    match error:
        case BadSettings():
            wrong = [BadSetting(name=name, problem=problem) for name, problem in error.problems]
            return Problem(
                kind="settings",
                message="The settings are not right.",
                fix="They come from the environment, or from .env in this folder.",
                settings=wrong,
                exit_code=exit_code(error),
            )
        case StoreUnavailable() | StreamUnavailable():
            problem = f"{error.folder}{error.problem}"
            return _plain("unavailable", problem, exit_code(error), fix=error.fix)
        case TidingsError():
            code = exit_code(error)
            kind: Kind = "notDone" if code == exit_codes.NOT_ALL else "unavailable"
            return _plain(kind, str(error), code)
        case TyperException():
            return _plain("usage", error.format_message(), exit_codes.USAGE)
        case OSError():
            return _plain("output", f"output: {error.strerror}", exit_codes.NO_OUTPUT)
        case _:
            return None


def _bug(error: Exception) -> Problem:
    """The error's own words may hold anything, so only its kind is told."""
    return _plain(
        "bug",
        f"This is a bug in Tidings: {type(error).__name__}",
        exit_codes.BUG,
        fix="Nothing accepted is lost. TIDINGS_DEBUG=1 shows where it happened.",
    )


def _plain(kind: Kind, message: str, exit_code: int, *, fix: str | None = None) -> Problem:
    return Problem(kind=kind, message=message, fix=fix, settings=[], exit_code=exit_code)


def _write(stream: BinaryIO, answer: Shape) -> None:
    stream.write(msgspec.json.encode(answer) + b"\n")
    stream.flush()
