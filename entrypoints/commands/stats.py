"""How does it go, all in all?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console

from application.ports.dead_letters import DeadLetterQuery
from application.statistics import Statistics
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.instants import read_span
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.statistics import print_statistics


def stats(last: str, *, data: Path | None, as_json: bool) -> None:
    span = _span(last)
    statistics, dead_letters, now = run(_read(settings_for(data), span))
    if as_json:
        accepted_from = None if span is None else now - span
        tell(shaping.statistics(statistics, dead_letters, accepted_from=accepted_from))
    else:
        print_statistics(Console(highlight=False), statistics, dead_letters, last=last, now=now)


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
) -> tuple[Statistics, Mapping[str, int], datetime]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        now = tidings.clock.now()
        statistics = await tidings.history.statistics(
            accepted_from=None if span is None else now - span
        )
        return statistics, await tidings.dead_letters.tally(DeadLetterQuery()), now
