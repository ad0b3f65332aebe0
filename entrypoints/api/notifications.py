"""Which notifications are there, and how does it go all in all?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

from msgspec import Meta

from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.api_key import Scope
from domain.status import Status, Wait
from entrypoints import shaping
from entrypoints.answers import Statistics
from entrypoints.api.operations import Call, Operation, Reply
from entrypoints.looking import notifications_page, recipient_key
from entrypoints.shapes import Instant, Notifications, Shape, Text, means

Limit = Annotated[int, Meta(ge=1, le=500), means("how many at most")]


class NotificationFilters(Shape, frozen=True, kw_only=True):
    """Which notifications; what is not given does not matter."""

    status: Annotated[Status | None, means("where they are in their life")] = None
    channel: Annotated[Literal["email", "sms"] | None, means("of one channel")] = None
    to: Annotated[
        Annotated[Text, Meta(min_length=1, max_length=320)] | None,
        means("of one address or number, however it is spelled"),
    ] = None
    message_type: Annotated[Text | None, means("of one message type")] = None
    event_id: Annotated[Text | None, means("of one event")] = None
    waiting_for: Annotated[Wait | None, means("that wait for this")] = None
    accepted_from: Annotated[Instant | None, means("accepted at or after")] = None
    accepted_before: Annotated[Instant | None, means("accepted before")] = None
    limit: Limit = 50
    after: Annotated[UUID | None, means("`next` of the page before")] = None


class Since(Shape, frozen=True, kw_only=True):
    """Of which time."""

    hours: Annotated[
        Annotated[float, Meta(gt=0, le=24 * 366)] | None,
        means("what was accepted in so many hours until now; not given: ever"),
    ] = None


async def page(call: Call) -> Reply:
    wanted = cast(NotificationFilters, call.query)
    found = await notifications_page(
        call.tidings,
        Query(
            status=wanted.status,
            channel=wanted.channel,
            recipient_key=None if wanted.to is None else recipient_key(wanted.to),
            message_type=wanted.message_type,
            event_id=wanted.event_id,
            waiting_for=wanted.waiting_for,
            accepted_from=wanted.accepted_from,
            accepted_before=wanted.accepted_before,
        ),
        limit=wanted.limit,
        after=wanted.after,
    )
    if call.reveals and found.items:
        many = "s" * (len(found.items) > 1)
        await call.note_look(f"a list of {len(found.items)} notification{many}")
    answer = shaping.notifications(
        found.items,
        found.unreadable,
        next_=found.next,
        reveal=call.reveals,
        paused=found.paused.values(),
    )
    return Reply(answer=answer)


async def statistics(call: Call) -> Reply:
    hours = cast(Since, call.query).hours
    found = await call.tidings.figures(None if hours is None else timedelta(hours=hours))
    dead = await call.tidings.dead_letters.tally(DeadLetterQuery())
    paused = (await call.tidings.lane_control.pauses()).values()
    answer = shaping.statistics(
        found.statistics, dead, accepted_from=found.accepted_from, paused=paused
    )
    return Reply(answer=answer)


OPERATIONS = (
    Operation(
        id="listNotifications",
        method="GET",
        path="/v1/notifications",
        summary="Notifications, newest accepted first.",
        scope=Scope.READ,
        handler=page,
        query=NotificationFilters,
        answers={200: Notifications},
    ),
    Operation(
        id="showStatistics",
        method="GET",
        path="/v1/statistics",
        summary="How it goes, all in all.",
        scope=Scope.READ,
        handler=statistics,
        query=Since,
        answers={200: Statistics},
    ),
)
