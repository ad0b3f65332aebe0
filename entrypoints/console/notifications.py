"""Which notifications are there?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta
from starlette.responses import Response

from application.ports.notification_history import NotificationHistory, Query
from domain.notification import Notification
from domain.status import Status, Wait
from entrypoints.console.searching import unreadable_with
from entrypoints.console.visit import Visit
from entrypoints.errors import NotThere
from entrypoints.looking import notifications_page
from entrypoints.shapes import Shape

_PER_PAGE = 50
_LATEST = 500


class Wanted(Shape, frozen=True, kw_only=True):
    """`like` is any notification of the recipient who is meant: no address stands in a URL."""

    like: UUID | None = None
    status: Status | None = None
    channel: Literal["email", "sms"] | None = None
    waiting: Wait | None = None
    type: str | None = None
    hours: Annotated[float, Meta(gt=0, le=24 * 366)] | None = None
    after: UUID | None = None


async def show(visit: Visit) -> Response:
    wanted = visit.query(Wanted)
    one_of_them = await _one_of_them(visit, wanted.like)
    query = Query(
        status=wanted.status,
        channel=wanted.channel,
        recipient_key=None if one_of_them is None else one_of_them.recipient.key,
        message_type=wanted.type,
        waiting_for=wanted.waiting,
        accepted_from=_since(visit.now, wanted.hours),
    )
    page = await notifications_page(visit.tidings, query, limit=_PER_PAGE, after=wanted.after)
    unreadable = page.unreadable
    if one_of_them is not None and wanted.after is None:
        address = one_of_them.recipient.address
        unreadable = await unreadable_with(visit.tidings.dead_letters, address)
    if visit.reveals and page.items:
        many = "s" * (len(page.items) > 1)
        await visit.note_look(f"a list of {len(page.items)} notification{many}")
    return visit.show(
        "notifications.html",
        page=page,
        unreadable=unreadable,
        wanted=wanted,
        given={name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "after"},
        address=one_of_them and one_of_them.recipient.address,
        types_known=await visit.house.known_types(),
        statuses=list(Status),
        waits=list(Wait),
    )


async def known_types(history: NotificationHistory) -> Sequence[str]:
    """Of the latest notifications, to choose from."""
    latest = await history.latest(Query(), limit=_LATEST)
    return sorted({each.message_type for each in latest} - {""})


async def _one_of_them(visit: Visit, id_: UUID | None) -> Notification | None:
    if id_ is None:
        return None
    found = await visit.tidings.history.find([id_])
    if id_ not in found or found[id_].recipient.is_forgotten:
        raise NotThere("no notification has this id, or it is not known any more for whom it was")
    return found[id_]


def _since(now: datetime, hours: float | None) -> datetime | None:
    return None if hours is None else now - timedelta(hours=hours)
