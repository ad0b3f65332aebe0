"""How does a person find a notification again?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import typer
from rich.console import Console

from adapters.mail.address import read_email_address
from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE, DeadLetter
from domain.errors import InvalidRecipient
from domain.notification import Notification
from domain.recipient import phone_number
from domain.status import Status, Wait
from entrypoints import shaping
from entrypoints.channels import CHANNELS
from entrypoints.container import Purpose, open_tidings
from entrypoints.filters import Wanted
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.tables import print_notifications, unreadable_table

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    items: Sequence[Notification]
    unreadable: Sequence[DeadLetter]
    next: UUID | None
    is_first: bool


def list_latest(
    wanted: Wanted,
    *,
    limit: int,
    after: UUID | None,
    data: Path | None,
    reveal: bool,
    as_json: bool,
) -> None:
    query = _query(wanted)
    page = run(_list(settings_for(data), query, limit, after))
    if as_json:
        tell(shaping.notifications(page.items, page.unreadable, next_=page.next, reveal=reveal))
    else:
        _print(page, reveal=reveal)


def _query(wanted: Wanted) -> Query:
    if wanted.channel is not None and wanted.channel not in CHANNELS:
        raise typer.BadParameter(f"want one of {', '.join(CHANNELS)}", param_hint="--channel")
    return Query(
        status=None if wanted.status is None else _one_of(Status, wanted.status, "--status"),
        channel=wanted.channel,
        recipient_key=None if wanted.to is None else _key(wanted.to),
        message_type=wanted.message_type,
        event_id=wanted.event_id,
        waiting_for=None if wanted.waiting is None else _one_of(Wait, wanted.waiting, "--waiting"),
        accepted_from=wanted.accepted_from,
        accepted_before=wanted.accepted_before,
    )


def _key(address: str) -> str:
    """However it is spelled; what is neither an address nor a number was kept as it came."""
    for read in (read_email_address, phone_number):
        with suppress(InvalidRecipient):
            return read(address).key
    return address


def _one_of(kind: type[E], name: str, option: str) -> E:
    for member in kind:
        if name.casefold() == member.casefold():
            return member
    raise typer.BadParameter(f"want one of {', '.join(kind)}", param_hint=option)


async def _list(settings: Settings, query: Query, limit: int, after: UUID | None) -> _Page:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        if after is not None and not await tidings.history.find([after]):
            raise typer.BadParameter("no notification has this id", param_hint="--after")
        found = await tidings.history.latest(query, limit=limit + 1, after=after)
        unreadable: Sequence[DeadLetter] = []
        if after is None and query in (Query(), Query(status=Status.FAILED)):
            unreadable = await tidings.dead_letters.latest(
                DeadLetterQuery(reason=UNREADABLE), limit=limit
            )
    return _Page(
        items=found[:limit],
        unreadable=unreadable,
        next=found[limit - 1].id if len(found) > limit else None,
        is_first=after is None,
    )


def _print(page: _Page, *, reveal: bool) -> None:
    console = Console(highlight=False)
    if page.items:
        print_notifications(console, page.items, reveal=reveal)
    else:
        console.print("No such notification." if page.is_first else "No more.")
    if page.next is not None:
        console.print(f"There is more: add --after {page.next}", soft_wrap=True)
    if page.unreadable:
        console.print()
        console.print(unreadable_table(page.unreadable))
