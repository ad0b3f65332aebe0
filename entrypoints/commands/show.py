"""How is a person told what became of an event?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console

from application.ports.notification_history import Chapter
from entrypoints import exit_codes
from entrypoints.container import Purpose, open_tidings
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.story import print_story
from entrypoints.terminal.words import plain


def show(event_id: str, *, data: Path | None, reveal: bool) -> None:
    settings = settings_for(data)
    chapters, now, waiting = run(_read(settings, event_id))
    if chapters:
        print_story(Console(highlight=False), chapters, now=now, reveal=reveal)
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(
        f"No event {plain(event_id)} has been accepted in {settings.tidings_data}.", markup=False
    )
    if waiting:
        console.print(f"{waiting} published events wait to be read: does `tidings up` run?")
    raise typer.Exit(exit_codes.NOT_ALL)


async def _read(settings: Settings, event_id: str) -> tuple[Sequence[Chapter], datetime, int]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        chapters = await tidings.history.story(event_id)
        waiting = 0 if chapters else await tidings.lanes.lag()
        return chapters, tidings.clock.now(), waiting
