"""How is a person told that something is wrong?"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from domain.errors import TidingsError
from entrypoints import exit_codes
from entrypoints.ending import exit_code, give_up_output, leaves
from entrypoints.settings import BadSettings
from entrypoints.terminal.words import plain


def explain(error: Exception) -> int:
    """Say it in a sentence. Returns the exit code."""
    for leaf in leaves(error):
        if isinstance(leaf, TidingsError):
            print_error(leaf)
            return exit_code(leaf)
        if isinstance(leaf, OSError):
            # Our own files are behind ports; what is left is where our words go.
            _print(Text.assemble(("error: ", "bold red"), f"output: {leaf.strerror}"))
            give_up_output()
            return exit_codes.NO_OUTPUT
    print_bug(error)
    return exit_codes.BUG


def print_error(error: TidingsError) -> None:
    if not isinstance(error, BadSettings):
        _print(Text.assemble(("error: ", "bold red"), plain(str(error))))
        return
    _print(Text("The settings are not right:", style="bold red"))
    for name, problem in error.problems:
        _print(Text.assemble("  ", (name, "bold"), f": {problem}"))
    _print(Text("They come from the environment, or from .env in this folder."))


def print_bug(error: Exception) -> None:
    """The error's own words may hold anything, so only its kind is shown."""
    _print(Text.assemble(("This is a bug in Tidings: ", "bold red"), type(error).__name__))
    _print(Text("Nothing accepted is lost. TIDINGS_DEBUG=1 shows where it happened."))


def _print(text: Text) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(text)
