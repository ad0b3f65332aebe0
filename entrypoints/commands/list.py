"""How does a person find a notification again?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import typer
from rich.console import Console

from adapters.mail.address import read_email_address
from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE, DeadLetter
from domain.errors import InvalidRecipient
from domain.notification import Notification
from domain.recipient import phone_number
from domain.status import Status
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.tables import print_notifications, unreadable_table

_CHANNELS = ("email", "sms")


def list_latest(
    *,
    status: str | None,
    channel: str | None,
    to: str | None,
    message_type: str | None,
    limit: int,
    data: Path | None,
    reveal: bool,
    as_json: bool,
) -> None:
    wanted = None if status is None else _status(status)
    if channel is not None and channel not in _CHANNELS:
        raise typer.BadParameter(f"want one of {', '.join(_CHANNELS)}", param_hint="--channel")
    query = Query(
        status=wanted,
        channel=channel,
        recipient_key=None if to is None else _key(to),
        message_type=message_type,
    )
    found, unreadable = run(_list(settings_for(data), query, limit))
    if as_json:
        tell(shaping.notifications(found, unreadable, next_=None, reveal=reveal))
    else:
        _print(found, unreadable, reveal=reveal)


def _key(address: str) -> str:
    """However it is spelled; what is neither an address nor a number was kept as it came."""
    for read in (read_email_address, phone_number):
        with suppress(InvalidRecipient):
            return read(address).key
    return address


def _status(name: str) -> Status:
    try:
        return Status(name.upper())
    except ValueError as error:
        raise typer.BadParameter(
            f"want one of {', '.join(Status)}", param_hint="--status"
        ) from error


async def _list(
    settings: Settings, query: Query, limit: int
) -> tuple[Sequence[Notification], Sequence[DeadLetter]]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        found = await tidings.history.latest(query, limit=limit)
        unreadable: Sequence[DeadLetter] = []
        if query in (Query(), Query(status=Status.FAILED)):
            unreadable = await tidings.dead_letters.latest(
                DeadLetterQuery(reason=UNREADABLE), limit=limit
            )
        return found, unreadable


def _print(
    found: Sequence[Notification], unreadable: Sequence[DeadLetter], *, reveal: bool
) -> None:
    console = Console(highlight=False)
    if found:
        print_notifications(console, found, reveal=reveal)
    else:
        console.print("No such notification.")
    if unreadable:
        console.print(unreadable_table(unreadable))
