"""How are events published, and what became of one?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, cast

import msgspec

from adapters.wire.decoder import LARGEST, LONGEST_ID
from adapters.wire.trace_context import TRACEPARENT, well_formed
from application.resolve_uncertain import Resolution
from application.submit_events import Submission, Verdict
from domain.api_key import Scope
from entrypoints import shaping
from entrypoints.api.operations import Body, Call, Operation, Reply
from entrypoints.api.problems import Field, Refused, wrong
from entrypoints.channels import CHANNELS
from entrypoints.deciding import resolve
from entrypoints.errors import NotThere
from entrypoints.following import chapters_meant
from entrypoints.shapes import Shape, Story, Why, means

MOST_EVENTS = 1000  #: in one request
_MOST_BYTES = 8 * 1024 * 1024
_CLOUD_EVENT = "application/cloudevents+json"
_CLOUD_EVENTS = "application/cloudevents-batch+json"
_KEY = "Idempotency-Key"
_HAVE_AN_ID = ("eventId", "specversion")
_KEY_PATTERN = f"[!-~]([ -~]{{0,{LONGEST_ID - 2}}}[!-~])?"
_KEY_PARAMETER = {
    "description": "Names a single event that has no eventId; what has the same name is told once.",
    "schema": {"type": "string", "pattern": f"^{_KEY_PATTERN}$"},
}
_TRACEPARENT_PARAMETER = {
    "description": "The trace that the events belong to (W3C Trace Context); one that is not "
    "well-formed counts as none.",
    "schema": {"type": "string"},
}

#: A place for each event that there may be: of one more nothing is read, nor of what follows it.
_Places = msgspec.defstruct(
    "_Places",
    [(f"event_{n}", msgspec.Raw, None) for n in range(MOST_EVENTS)],
    array_like=True,
    forbid_unknown_fields=True,
)
_places = msgspec.json.Decoder(_Places)


class Submitted(Shape, frozen=True, kw_only=True):
    """What became of one event of a request."""

    event_id: Annotated[str | None, means("null if no event can be read from it")]
    verdict: Annotated[
        Verdict,
        means(
            "published: durable, and told once; known: accepted before, nothing more is done; "
            "conflict: its id stands for other content, not published; unreadable: not published"
        ),
    ]
    error: Annotated[
        str | None, means("the field, what stands there by its shape, and what is wanted")
    ]


class SubmittedEvents(Shape, frozen=True, kw_only=True):
    """What became of each event, in the order given."""

    events: Annotated[list[Submitted], means("one for each")]
    refused: Annotated[int, means("how many of them were not published, nor known")]


class ResolveBody(Shape, frozen=True, kw_only=True):
    """What a person knows of what is uncertain."""

    resolution: Annotated[
        Literal["sent", "resend", "fail"],
        means("the provider has it; hand it over once more; it did not arrive"),
    ]
    why: Annotated[Why, means("kept")]
    channel: Annotated[
        Literal["email", "sms"] | None, means("which, if both channels are uncertain")
    ] = None


async def publish(call: Call) -> Reply:
    """One event is answered by its own status; several by the verdict of each."""
    body: bytes = call.body
    name = _name_in(call.headers.getlist(_KEY))
    traceparent = well_formed(call.headers.get(TRACEPARENT))
    if body.lstrip()[:1] != b"[":
        return _one(await _submit(call, [_named(body, name)], traceparent))
    values = _several(body)
    submissions = await _submit(call, values, traceparent)
    refused = sum(each.verdict in (Verdict.CONFLICT, Verdict.UNREADABLE) for each in submissions)
    answer = SubmittedEvents(events=[_told(each) for each in submissions], refused=refused)
    return Reply(status=207 if refused else 202, answer=answer)


def _several(body: bytes) -> list[bytes]:
    """Raises Refused."""
    try:
        places = msgspec.structs.astuple(_places.decode(body))
    except msgspec.ValidationError as error:
        raise wrong("body", f"more than {MOST_EVENTS} events") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad-request", "body: not a JSON array of events") from error
    values = [bytes(raw) for raw in places if raw is not None]
    if not values:
        raise wrong("body", f"no events where 1 to {MOST_EVENTS} are wanted")
    return values


async def _submit(
    call: Call, values: Sequence[bytes], traceparent: str | None
) -> Sequence[Submission]:
    return await call.tidings.submit_events(values, traceparent=traceparent)


def _one(submissions: Sequence[Submission]) -> Reply:
    [submission] = submissions
    if submission.problem is not None:
        problem = Field(field=submission.problem.field, problem=submission.problem.problem)
        raise Refused("unreadable-event", str(submission.problem), [problem])
    if submission.verdict is Verdict.CONFLICT:
        detail = "an event with this id and another payload has been accepted; give it a new id"
        raise Refused("conflict", detail)
    events = [_told(each) for each in submissions]
    return Reply(status=202, answer=SubmittedEvents(events=events, refused=0))


def _told(submission: Submission) -> Submitted:
    error = None if submission.problem is None else str(submission.problem)
    if submission.verdict is Verdict.CONFLICT:
        error = "eventId: accepted before with another payload; give it a new id"
    return Submitted(event_id=submission.event_id, verdict=submission.verdict, error=error)


def _name_in(keys: Sequence[str]) -> str | None:
    """As draft-ietf-httpapi-idempotency-key has it, or without quotes. Raises Refused."""
    if not keys:
        return None
    if len(keys) > 1:
        raise wrong(_KEY, "given twice")
    [key] = keys
    if not re.fullmatch(_KEY_PATTERN, key):
        raise wrong(_KEY, f"1 to {LONGEST_ID} printable ASCII characters are wanted")
    return key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key


def _named(body: bytes, name: str | None) -> bytes:
    """An event that has no id gets this one; nothing else of it is touched."""
    if name is None or len(body) > LARGEST:
        return body
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body
    if not isinstance(event, dict) or not event or not event.keys().isdisjoint(_HAVE_AN_ID):
        return body
    return b'{"eventId":' + msgspec.json.encode(name) + b"," + body.lstrip()[1:]


async def story(call: Call) -> Reply:
    event_id = call.path["event_id"]
    chapters = await chapters_meant(call.tidings.history, event_id)
    if not chapters:
        unread = await call.tidings.unread()
        waiting = f"; {unread} published events wait to be read" if unread else ""
        raise NotThere(f"no event with this id has been accepted{waiting}")
    if call.reveals:
        await call.note_look(f"notification {chapters[0].notification.id}")
    paused = await call.tidings.lane_control.pauses()
    return Reply(answer=shaping.story(chapters, reveal=call.reveals, paused=paused))


async def resolve_event(call: Call) -> Reply:
    body = cast(ResolveBody, call.body)
    chapters = await resolve(
        call.tidings,
        call.path["event_id"],
        Resolution(body.resolution),
        body.channel,
        by=call.caller.name,
        why=body.why,
    )
    paused = await call.tidings.lane_control.pauses()
    return Reply(answer=shaping.story(chapters, reveal=False, paused=paused))


OPERATIONS = (
    Operation(
        id="publishEvents",
        method="POST",
        path="/v1/events",
        summary="Publish one event, or several in an array; durable in the stream when answered.",
        scope=Scope.SEND,
        handler=publish,
        body=Body(
            most=_MOST_BYTES,
            media_types=frozenset({"application/json", _CLOUD_EVENT, _CLOUD_EVENTS}),
        ),
        headers={_KEY: _KEY_PARAMETER, TRACEPARENT: _TRACEPARENT_PARAMETER},
        answers={202: SubmittedEvents, 207: SubmittedEvents},
        problems=("conflict", "unreadable-event"),
    ),
    Operation(
        id="showEvent",
        method="GET",
        path="/v1/events/{event_id}",
        summary="What became of an event: a chapter for each channel.",
        scope=Scope.READ,
        handler=story,
        answers={200: Story},
        problems=("not-found",),
    ),
    Operation(
        id="resolveEvent",
        method="POST",
        path="/v1/events/{event_id}/resolve",
        summary="Say what became of a notification that the provider may have.",
        scope=Scope.OPERATE,
        handler=resolve_event,
        body=Body(shape=ResolveBody),
        answers={200: Story},
        problems=("not-found", "not-as-it-stands"),
    ),
)
assert set(CHANNELS) == {"email", "sms"}  # as ResolveBody.channel says
