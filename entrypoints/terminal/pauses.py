"""In what words is it said that a lane is paused?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console

from domain.pause import Pause
from entrypoints.terminal.words import instant, plain, span


def a_pause(pause: Pause, now: datetime) -> str:
    since = f"since {instant(pause.paused_at)} UTC ({span(now - pause.paused_at)})"
    return f"paused by {plain(pause.paused_by)} {since}: “{plain(pause.why)}”"


def resuming(pause: Pause) -> str:
    return f"`tidings lanes resume {pause.channel}`"


def print_pauses(console: Console, pauses: Iterable[Pause], *, now: datetime) -> None:
    for pause in pauses:
        words = f"The {pause.channel} lane is {a_pause(pause, now)}. {resuming(pause)} ends it."
        console.print(words, style="yellow", markup=False)
