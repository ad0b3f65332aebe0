"""Which dead letters are there, and what becomes of them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta
from starlette.responses import Response

from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from application.replay_dead_letters import Prospect
from domain.dead_letter import UNREADABLE, DeadLetterOutline
from domain.failure import Failure
from domain.outline import Outline
from entrypoints import shaping
from entrypoints.api.problems import wrong
from entrypoints.console.pages import link
from entrypoints.console.saying import Said
from entrypoints.console.visit import Visit
from entrypoints.deciding import Choice, discard, replay
from entrypoints.looking import dead_letters_page, dead_letters_with
from entrypoints.shapes import Instant, Shape

_PER_PAGE = 50
#: A replay comes second: it meets the same again unless something else is mended first.
_SELDOM_HELPED = (UNREADABLE, Failure.REJECTED, Failure.INVALID, Failure.WITHDRAWN)


class Which(Shape, frozen=True, kw_only=True):
    reason: str | None = None
    channel: Literal["email", "sms"] | None = None
    type: str | None = None


class Wanted(Which, frozen=True, kw_only=True):
    settled: bool = False
    after: UUID | None = None


class One(Shape, frozen=True, kw_only=True):
    id: UUID


class Order(Which, frozen=True, kw_only=True):
    """Those that were there by `seen_at`, when it was shown what would be done; or one."""

    id: UUID | None = None
    seen_at: Instant | None = None
    why: Annotated[str, Meta(max_length=1000)] = ""
    rate: Annotated[float, Meta(ge=0.001, le=1_000_000)] = 10
    ignore_expiry: bool = False


async def show(visit: Visit) -> Response:
    wanted = visit.query(Wanted)
    query = DeadLetterQuery(
        reason=wanted.reason,
        channel=wanted.channel,
        message_type=wanted.type,
        only_open=not wanted.settled,
    )
    page = await dead_letters_page(visit.tidings, query, limit=_PER_PAGE, after=wanted.after)
    names = [name for name in wanted.__struct_fields__ if name != "after"]
    given = {name: getattr(wanted, name) or None for name in names}
    tally = page.tally
    if wanted.reason is not None:
        tally = await visit.tidings.dead_letters.tally(
            DeadLetterQuery(only_open=not wanted.settled)
        )
    outlines = await _outlines(visit, page.letters)
    if visit.reveals and outlines:
        many = "s" * (len(outlines) > 1)
        await visit.note_look(f"a list of {len(outlines)} dead letter{many}")
    return visit.show(
        "dead_letters.html",
        page=page,
        outlines=outlines,
        wanted=wanted,
        given=given,
        tally=tally,
        types_known=await visit.house.known_types(),
    )


async def _outlines(
    visit: Visit, letters: Sequence[DeadLetterOutline]
) -> Mapping[UUID | None, Outline]:
    """For whom they were, by the ids of their notifications; nobody knows of a mere record."""
    ids = [each.notification_id for each in letters if each.notification_id is not None]
    found = await visit.tidings.history.latest(Query(ids=ids), limit=len(ids)) if ids else []
    return {each.id: each for each in found}


async def show_one(visit: Visit) -> Response:
    [letter] = await dead_letters_with(visit.tidings, [visit.query(One).id])
    body = None
    if visit.reveals:
        await visit.note_look(f"dead letter {letter.id}")
        body = shaping.body(letter.body)
    outline = (await _outlines(visit, [letter])).get(letter.notification_id)
    return visit.show(
        "dead_letter.html",
        letter=letter,
        outline=outline,
        body=body,
        replay_may_help=letter.reason not in _SELDOM_HELPED,
    )


async def look_at_replay(visit: Visit) -> Response:
    order = visit.query(Order)
    found = await replay(
        visit.tidings,
        _choice(visit, order, is_meant=False),
        apart=timedelta(seconds=1 / order.rate),
        ignore_expiry=order.ignore_expiry,
    )
    return visit.show(
        "replay.html",
        order=order,
        counts=found.counts,
        would_be=found.counts[Prospect.REPLAYED],
        first=found.first,
        expired=found.counts[Prospect.EXPIRED],
        seen_at=_just_after(visit.now),
    )


async def replay_them(visit: Visit) -> Response:
    order = visit.filled_in(Order)
    found = await replay(
        visit.tidings,
        _choice(visit, order, is_meant=True),
        apart=timedelta(seconds=1 / order.rate),
        ignore_expiry=order.ignore_expiry,
    )
    count = found.counts[Prospect.REPLAYED]
    return _after(visit, order, Said("replayed", count, found.counts.total() - count))


async def look_at_discard(visit: Visit) -> Response:
    order = visit.query(Order)
    count, first = await discard(visit.tidings, _choice(visit, order, is_meant=False))
    return visit.show(
        "discard.html", order=order, would_be=count, first=first, seen_at=_just_after(visit.now)
    )


async def discard_them(visit: Visit) -> Response:
    order = visit.filled_in(Order)
    count, _ = await discard(visit.tidings, _choice(visit, order, is_meant=True))
    return _after(visit, order, Said("discarded", count))


def _choice(visit: Visit, order: Order, *, is_meant: bool) -> Choice:
    if is_meant and not order.why.strip():
        raise wrong("why", "say why; the reason is kept")
    return Choice(
        query=DeadLetterQuery(
            reason=order.reason,
            channel=order.channel,
            message_type=order.type,
            failed_before=order.seen_at or _just_after(visit.now),
        ),
        ids=() if order.id is None else (order.id,),
        by=visit.by,
        why=order.why.strip(),
        is_meant=is_meant,
    )


def _just_after(instant: datetime) -> datetime:
    """`failed_before` is exclusive."""
    return instant + timedelta(microseconds=1)


def _after(visit: Visit, order: Order, said: Said) -> Response:
    if order.id is not None:
        return visit.go_to(link("/dead-letter", id=order.id), said)
    return visit.go_to("/dead-letters", said)
