"""How does a person find a notification again?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import typer
from rich.console import Console

from application.ports.notification_history import Query
from domain.status import Status, Wait
from entrypoints import shaping
from entrypoints.channels import CHANNELS
from entrypoints.container import Purpose, open_tidings
from entrypoints.errors import NotThere
from entrypoints.filters import Wanted
from entrypoints.looking import NotificationPage, notifications_page, recipient_key
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.pauses import print_pauses
from entrypoints.terminal.tables import print_notifications, unreadable_table

E = TypeVar("E", bound=StrEnum)


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
        tell(
            shaping.notifications(
                page.items,
                page.unreadable,
                next_=page.next,
                reveal=reveal,
                paused=page.paused.values(),
            )
        )
    else:
        _print(page, reveal=reveal)


def _query(wanted: Wanted) -> Query:
    if wanted.channel is not None and wanted.channel not in CHANNELS:
        raise typer.BadParameter(f"want one of {', '.join(CHANNELS)}", param_hint="--channel")
    return Query(
        status=None if wanted.status is None else _one_of(Status, wanted.status, "--status"),
        channel=wanted.channel,
        recipient_key=None if wanted.to is None else recipient_key(wanted.to),
        message_type=wanted.message_type,
        event_id=wanted.event_id,
        waiting_for=None if wanted.waiting is None else _one_of(Wait, wanted.waiting, "--waiting"),
        accepted_from=wanted.accepted_from,
        accepted_before=wanted.accepted_before,
    )


def _one_of(kind: type[E], name: str, option: str) -> E:
    for member in kind:
        if name.casefold() == member.casefold():
            return member
    raise typer.BadParameter(f"want one of {', '.join(kind)}", param_hint=option)


async def _list(
    settings: Settings, query: Query, limit: int, after: UUID | None
) -> NotificationPage:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        try:
            return await notifications_page(tidings, query, limit=limit, after=after)
        except NotThere as error:
            raise typer.BadParameter(str(error), param_hint="--after") from error


def _print(page: NotificationPage, *, reveal: bool) -> None:
    console = Console(highlight=False)
    if page.items:
        print_notifications(console, page.items, reveal=reveal)
    else:
        console.print("No such notification." if page.is_first else "No more.")
    waiting = {each.channel for each in page.items if not each.last_move.status.is_final}
    held_up = [pause for channel, pause in page.paused.items() if channel in waiting]
    print_pauses(console, held_up, now=page.now)
    if page.next is not None:
        console.print(f"There is more: add --after {page.next}", soft_wrap=True)
    if page.unreadable:
        console.print()
        console.print(unreadable_table(page.unreadable))
