"""What must be seen to before a command begins, whatever it was started with?

Nothing heavy is imported here: `--help` must come at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import typer

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
#: What comes after them names a file, and a file's name may be any bytes.
_FILES = ("--data", "--file", "-f")


def make_no_search() -> None:
    """For cycles, while everything is imported and next to none are made; `run` begins it.

    It took 30 of the 520 ms of a `tidings show`.
    """
    gc.disable()


def see_to_streams() -> None:
    """Whatever is opened first would else become standard output, if that was closed (`>&-`)."""
    for descriptor, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, mode, closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no ✓ is shown a ?


def refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    """Nothing that was ever kept could be equal to it. Raises BadParameter."""
    for number, argument in enumerate(arguments):
        is_file = argument.startswith(_FILES) or (number and arguments[number - 1] in _FILES)
        if not is_file and not _is_text(argument):
            raise typer.BadParameter(f"argument {number + 1} is not text in UTF-8")


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
