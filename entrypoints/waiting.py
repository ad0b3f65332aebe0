"""How is a person told what a process waits for?"""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from domain.errors import TidingsError
from entrypoints.terminal.words import plain
from entrypoints.watching import Watching


def said_once(console: Console, watching: Watching) -> Callable[[TidingsError], None]:
    """On the terminal each thing once; whoever asks for health hears the latest."""
    said: set[str] = set()

    def say(error: TidingsError) -> None:
        watching.waits(error)
        if str(error) not in said:
            said.add(str(error))
            console.print(Text.assemble(("waiting: ", "bold yellow"), plain(str(error))))

    return say
