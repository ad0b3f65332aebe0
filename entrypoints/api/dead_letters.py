"""Which dead letters are there, and what becomes of them?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, cast, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from application.ports.dead_letters import DeadLetterQuery
from domain.api_key import Scope
from domain.dead_letter import UNREADABLE
from domain.failure import Failure
from entrypoints import shaping
from entrypoints.answers import Discard, Replay
from entrypoints.api.notifications import Limit
from entrypoints.api.operations import Body, Call, Operation, Reply
from entrypoints.api.problems import wrong
from entrypoints.deciding import Choice, discard, replay
from entrypoints.looking import dead_letters_page, dead_letters_with
from entrypoints.shapes import (
    DeadLetter,
    DeadLetterInFull,
    DeadLetters,
    Instant,
    Shape,
    Text,
    means,
)

Reason = Literal[
    "rejected",
    "exhausted",
    "expired",
    "invalid",
    "undelivered",
    "unresolved",
    "poison",
    "withdrawn",
    "unreadable",
]
assert set(get_args(Reason)) == {*Failure, UNREADABLE}


class DeadLetterFilters(Shape, frozen=True, kw_only=True):
    """Which dead letters; what is not given does not matter."""

    reason: Annotated[Reason | None, means("why they failed")] = None
    channel: Annotated[Literal["email", "sms"] | None, means("of one channel")] = None
    message_type: Annotated[Text | None, means("of one message type")] = None
    event_id: Annotated[Text | None, means("of one event")] = None
    failed_from: Annotated[Instant | None, means("failed at or after")] = None
    failed_before: Annotated[Instant | None, means("failed before")] = None


class WantedDeadLetters(DeadLetterFilters, frozen=True, kw_only=True):
    """Which dead letters, and how many of them."""

    settled: Annotated[bool, means("also those that somebody has settled")] = False
    limit: Limit = 50
    after: Annotated[UUID | None, means("`next` of the page before")] = None


class DecideBody(Shape, frozen=True, kw_only=True):
    """Which dead letters, whether it is meant, and why. Give ids, or at least one filter."""

    ids: Annotated[tuple[UUID, ...], Meta(max_length=1000), means("these, and no others")] = ()
    filters: Annotated[DeadLetterFilters | None, means("all open ones that it names")] = None
    why: Annotated[Text, Meta(max_length=1000), means("kept; needed unless it is a dry run")] = ""
    dry_run: Annotated[bool, means("true: nothing is changed, and what would be is told")] = True


class ReplayBody(DecideBody, frozen=True, kw_only=True):
    """Which dead letters get another life."""

    rate: Annotated[float, Meta(ge=0.001, le=1_000_000), means("how many become due a second")] = 10
    ignore_expiry: Annotated[bool, means("also those whose time has passed")] = False


def _given(name: str, **what: object) -> dict[str, Any]:
    return {"required": [name], "properties": {name: what}}


#: Which of them, or at least one filter; and why, if it is meant.
_RULES = {
    "oneOf": [
        _given("ids", minItems=1),
        _given(
            "filters",
            type="object",
            anyOf=[
                _given(each.encode_name, **{"not": {"type": "null"}})
                for each in msgspec.structs.fields(DeadLetterFilters)
            ],
        ),
    ],
    "if": _given("dryRun", const=False),
    "then": _given("why", pattern=r"\S"),
}


def query_of(filters: DeadLetterFilters, *, only_open: bool = True) -> DeadLetterQuery:
    return DeadLetterQuery(
        reason=filters.reason,
        channel=filters.channel,
        message_type=filters.message_type,
        event_id=filters.event_id,
        failed_from=filters.failed_from,
        failed_before=filters.failed_before,
        only_open=only_open,
    )


async def page(call: Call) -> Reply:
    wanted = cast(WantedDeadLetters, call.query)
    query = query_of(wanted, only_open=not wanted.settled)
    found = await dead_letters_page(call.tidings, query, limit=wanted.limit, after=wanted.after)
    return Reply(answer=shaping.dead_letters(found.letters, found.tally, next_=found.next))


async def show(call: Call) -> Reply:
    [letter] = await dead_letters_with(call.tidings, [_id(call)])
    return Reply(answer=shaping.dead_letter(letter))


async def show_in_full(call: Call) -> Reply:
    [letter] = await dead_letters_with(call.tidings, [_id(call)])
    await call.note_look(f"dead letter {letter.id}")
    return Reply(answer=shaping.dead_letter_in_full(letter))


def _id(call: Call) -> UUID:
    return cast(UUID, call.path["id"])


async def replay_them(call: Call) -> Reply:
    body = cast(ReplayBody, call.body)
    choice = _choice(call, body)
    found = await replay(
        call.tidings,
        choice,
        apart=timedelta(seconds=1 / body.rate),
        ignore_expiry=body.ignore_expiry,
    )
    answer = shaping.replay(found.counts, is_done=choice.is_meant, by=choice.by, why=choice.why)
    return Reply(answer=answer)


async def discard_them(call: Call) -> Reply:
    choice = _choice(call, cast(DecideBody, call.body))
    count, _ = await discard(call.tidings, choice)
    answer = Discard(is_done=choice.is_meant, by=choice.by, why=choice.why, discarded=count)
    return Reply(answer=answer)


def _choice(call: Call, body: DecideBody) -> Choice:
    filters = body.filters or DeadLetterFilters()
    if not body.ids and filters == DeadLetterFilters():
        raise wrong("ids", "say which: give ids, or at least one filter")
    if body.ids and filters != DeadLetterFilters():
        raise wrong("filters", "give ids or filters, not both")
    if not body.dry_run and not body.why.strip():
        raise wrong("why", "say why; the reason is kept")
    return Choice(
        query=query_of(filters),
        ids=tuple(dict.fromkeys(body.ids)),
        by=call.caller.name,
        why=body.why.strip(),
        is_meant=not body.dry_run,
    )


OPERATIONS = (
    Operation(
        id="listDeadLetters",
        method="GET",
        path="/v1/dead-letters",
        summary="Dead letters, newest first, and how many there are for each reason.",
        scope=Scope.READ,
        handler=page,
        query=WantedDeadLetters,
        answers={200: DeadLetters},
    ),
    Operation(
        id="replayDeadLetters",
        method="POST",
        path="/v1/dead-letters/replay",
        summary="Give dead letters another life; nobody is told twice, however often it is asked.",
        scope=Scope.OPERATE,
        handler=replay_them,
        body=Body(shape=ReplayBody, rules=_RULES),
        answers={200: Replay},
        problems=("not-found", "not-as-it-stands"),
    ),
    Operation(
        id="discardDeadLetters",
        method="POST",
        path="/v1/dead-letters/discard",
        summary="Settle dead letters for good; they stay readable.",
        scope=Scope.OPERATE,
        handler=discard_them,
        body=Body(shape=DecideBody, rules=_RULES),
        answers={200: Discard},
        problems=("not-found", "not-as-it-stands"),
    ),
    Operation(
        id="showDeadLetter",
        method="GET",
        path="/v1/dead-letters/{id}",
        summary="One dead letter.",
        scope=Scope.READ,
        handler=show,
        answers={200: DeadLetter},
        problems=("not-found",),
    ),
    Operation(
        id="showDeadLetterInFull",
        method="GET",
        path="/v1/dead-letters/{id}/in-full",
        summary="The same with what was published, addresses and all.",
        scope=Scope.PERSONAL,
        handler=show_in_full,
        answers={200: DeadLetterInFull},
        problems=("not-found",),
    ),
)
