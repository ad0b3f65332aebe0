"""How does it go, all in all?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console

from application.ports.dead_letters import DeadLetterQuery
from application.statistics import Statistics
from domain.pause import Pause
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.instants import read_span
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.pauses import print_pauses
from entrypoints.terminal.statistics import print_statistics


def stats(last: str, *, data: Path | None, as_json: bool) -> None:
    span = _span(last)
    statistics, dead_letters, now, paused = run(_read(settings_for(data), span))
    if as_json:
        accepted_from = None if span is None else now - span
        tell(
            shaping.statistics(statistics, dead_letters, accepted_from=accepted_from, paused=paused)
        )
    else:
        console = Console(highlight=False)
        print_statistics(console, statistics, dead_letters, last=last, now=now)
        print_pauses(console, paused, now=now)


def _span(last: str) -> timedelta | None:
    """None: ever."""
    if last == "all":
        return None
    with suppress(ValueError):
        if span := read_span(last):
            return span
    raise typer.BadParameter("want a time as 90m, 24h, 7d or 2w, or all", param_hint="--last")


async def _read(
    settings: Settings, span: timedelta | None
) -> tuple[Statistics, Mapping[str, int], datetime, Collection[Pause]]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        now = tidings.clock.now()
        statistics = await tidings.history.statistics(
            accepted_from=None if span is None else now - span
        )
        paused = (await tidings.lane_control.pauses()).values()
        return statistics, await tidings.dead_letters.tally(DeadLetterQuery()), now, paused
