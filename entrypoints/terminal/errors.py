"""How is a person told that something is wrong?"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from domain.errors import TidingsError
from entrypoints.settings import BadSettings


def print_error(error: TidingsError) -> None:
    console = Console(stderr=True, soft_wrap=True)
    if isinstance(error, BadSettings):
        console.print(Text("The settings are not right:", style="bold red"))
        for name, problem in error.problems:
            console.print(Text.assemble("  ", (name, "bold"), f": {problem}"))
        console.print("They come from the environment, or from .env in this folder.")
    else:
        console.print(Text.assemble(("error: ", "bold red"), str(error)))


def print_bug(error: Exception) -> None:
    """The error's own words may hold anything, so only its kind is shown."""
    console = Console(stderr=True, soft_wrap=True)
    console.print(Text.assemble(("This is a bug in Tidings: ", "bold red"), type(error).__name__))
    console.print("Nothing accepted is lost. TIDINGS_DEBUG=1 shows where it happened.")
