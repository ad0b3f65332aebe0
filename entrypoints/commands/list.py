"""How does a person find a notification again?"""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from application.ports.dead_letters import DeadLetterQuery
from domain.dead_letter import UNREADABLE
from domain.status import Status
from entrypoints.container import Purpose, open_tidings
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.tables import print_notifications, unreadable_table

_CHANNELS = ("email", "sms")


def list_latest(
    *, status: str | None, channel: str | None, limit: int, data: Path | None, reveal: bool
) -> None:
    wanted = None if status is None else _status(status)
    if channel is not None and channel not in _CHANNELS:
        raise typer.BadParameter(f"want one of {', '.join(_CHANNELS)}", param_hint="--channel")
    run(_list(settings_for(data), wanted, channel, limit, reveal=reveal))


def _status(name: str) -> Status:
    try:
        return Status(name.upper())
    except ValueError as error:
        raise typer.BadParameter(
            f"want one of {', '.join(Status)}", param_hint="--status"
        ) from error


async def _list(
    settings: Settings, status: Status | None, channel: str | None, limit: int, *, reveal: bool
) -> None:
    console = Console(highlight=False)
    async with open_tidings(settings, Purpose.ASK) as tidings:
        found = await tidings.history.latest(limit=limit, status=status, channel=channel)
        if found:
            print_notifications(console, found, reveal=reveal)
        else:
            console.print("No such notification.")
        if status in (None, Status.FAILED) and channel is None:
            unreadable = await tidings.dead_letters.latest(
                DeadLetterQuery(reason=UNREADABLE), limit=limit
            )
            if unreadable:
                console.print(unreadable_table(unreadable))
