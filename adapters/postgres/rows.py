"""How does a notification lie in its rows, and come back the same?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.arrays import Columns, Row
from adapters.wire.forgotten import read_stored
from application.ports.event_decoder import EventDecoder
from domain.dead_letter import DeadLetter, DeadLetterOutline, Settled, Settlement
from domain.failure import Failure
from domain.lease import Lease
from domain.move import Move
from domain.notification import Notification
from domain.outline import Outline
from domain.recipient import Recipient
from domain.record import Position, Record
from domain.repeat import Repeat, Sighting, Standing
from domain.status import Status, Wait

_MOVING = {
    "id": "uuid", "lease": "uuid", "since": "timestamptz", "due_at": "timestamptz",
    "begun_at": "timestamptz", "expires_at": "timestamptz", "at": "timestamptz",
    "moves": "integer", "resends": "integer", "rescues": "integer", "generation": "integer",
    "attempt": "integer", "status": "text", "waiting_for": "text", "provider_id": "text",
    "by": "text", "came_from": "text", "failure": "text", "words": "text", "rule": "text",
}  # fmt: skip

#: What one move writes, and what an acceptance writes beside it.
MOVED = Columns(**_MOVING, is_last="boolean")
ACCEPTED = Columns(
    **_MOVING,
    occurred_at="timestamptz",
    accepted_at="timestamptz",
    record_offset="bigint",
    partition="integer",
    topic="text",
    event_id="text",
    channel="text",
    message_type="text",
    address="text",
    recipient_key="text",
    digest="bytea",
    body="bytea",
)
#: An address is read once more when somebody replays what failed.
READDRESSED = Columns(id="uuid", address="text", recipient_key="text")
SIGHTINGS = Columns(
    notification_id="uuid",
    record_offset="bigint",
    partition="integer",
    topic="text",
    seen_at="timestamptz",
    event_id="text",
    kind="text",
    body="bytea",
)
DEAD_LETTERS = Columns(
    id="uuid",
    notification_id="uuid",
    failed_at="timestamptz",
    settled_at="timestamptz",
    record_offset="bigint",
    partition="integer",
    generation="integer",
    attempts="integer",
    topic="text",
    reason="text",
    error="text",
    event_id="text",
    channel="text",
    message_type="text",
    settled_as="text",
    settled_by="text",
    settled_why="text",
    body="bytea",
)

#: All but the body, which is the last one.
DEAD_LETTER_OUTLINE_COLUMNS = DEAD_LETTERS.names.removesuffix(", body")

#: What changes with a move, and what it leaves in the trail.
STATE_COLUMNS = (
    "lease", "since", "due_at", "begun_at", "expires_at", "moves", "resends", "rescues",
    "status", "waiting_for", "provider_id",
)  # fmt: skip
TRAIL_COLUMNS = (
    "at", "due_at", "generation", "attempt", "status", "came_from", "waiting_for", "failure",
    "by", "words", "rule",
)  # fmt: skip

#: A move as `move_of` reads it.
MOVE_COLUMNS = ", ".join(f"trail.{name}" for name in ("number", *TRAIL_COLUMNS))

#: A notification as `notification_of` reads it.
NOTIFICATION_COLUMNS = f"""
    notifications.id, notifications.channel, address, recipient_key, occurred_at,
    notifications.accepted_at, topic, partition, record_offset, body, states.since,
    states.expires_at, states.due_at, states.begun_at, states.resends, states.rescues,
    states.provider_id, {MOVE_COLUMNS}"""

#: The same without what its event said, as `outline_of` reads it.
OUTLINE_COLUMNS = f"""
    notifications.id, event_id, message_type, notifications.channel, address, recipient_key, topic,
    partition, record_offset, occurred_at, notifications.accepted_at, states.since,
    states.expires_at, states.provider_id, states.due_at, {MOVE_COLUMNS}"""

#: Each with the line of the trail that brought it where it is.
WHOLE_NOTIFICATIONS = """
    notifications JOIN states USING (id)
    JOIN trail ON trail.n = states.n AND trail.number = states.moves"""

INSERT_SIGHTINGS = f"""
    INSERT INTO sightings ({SIGHTINGS.names})
    {SIGHTINGS.given} ON CONFLICT DO NOTHING"""
INSERT_DEAD_LETTERS = f"""
    INSERT INTO dead_letters ({DEAD_LETTERS.names})
    {DEAD_LETTERS.given} ON CONFLICT DO NOTHING"""


def moved_row(notification: Notification, lease: UUID | None) -> Row:
    move = notification.last_move
    return (
        notification.id,
        lease if move.status is Status.SENDING else None,
        notification.since,
        move.due_at,
        notification.begun_at,
        notification.expires_at,
        move.at,
        move.number,
        notification.resends,
        notification.rescues,
        move.generation,
        move.attempt,
        move.status,
        move.waiting_for,
        _text(notification.provider_id),
        move.by,
        move.came_from,
        move.failure,
        _text(move.words),
        _text(move.rule),
    )


def accepted_row(notification: Notification, lease: UUID | None) -> Row:
    event, origin = notification.event, notification.origin
    return (
        *moved_row(notification, lease),
        event.occurred_at,
        notification.accepted_at,
        origin.offset,
        origin.partition,
        origin.topic,
        event.id,
        notification.channel,
        event.message_type,
        notification.recipient.address,
        notification.recipient.key,
        event.digest,
        event.body,
    )


def readdressed_row(notification: Notification) -> Row:
    recipient = notification.recipient
    return (notification.id, recipient.address, recipient.key)


def _text(words: str | None) -> str | None:
    """A provider may say what PostgreSQL keeps in no text: that must not lose the outcome."""
    if not words or (words.isascii() and "\x00" not in words):
        return words
    return words.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def token_of(lease: Lease | None) -> UUID | None:
    return None if lease is None else lease.token


def move_of(row: Sequence[Any]) -> Move:
    number, at, due_at, generation, attempt, status, came_from, wait, failure, by, words, rule = row
    return Move(
        number=number,
        at=at,
        by=by,
        came_from=Status(came_from) if came_from else None,
        status=Status(status),
        generation=generation,
        attempt=attempt,
        due_at=due_at,
        waiting_for=Wait(wait) if wait else None,
        failure=Failure(failure) if failure else None,
        words=words,
        rule=rule,
    )


def notification_of(row: Sequence[Any], decoder: EventDecoder) -> Notification:
    """From NOTIFICATION_COLUMNS."""
    (id_, channel, address, key, occurred_at, accepted_at, topic, partition, offset, body, since,
     expires_at, due_at, begun_at, resends, rescues, provider_id, *move) = row  # fmt: skip
    origin = Position(topic=topic, partition=partition, offset=offset)
    return Notification(
        id=_uuid(id_),
        event=read_stored(decoder, Record(value=body, position=origin, appended_at=occurred_at)),
        channel=channel,
        recipient=Recipient(address=address, key=key),
        origin=origin,
        accepted_at=accepted_at,
        last_move=_last_move_of(move, due_at),
        since=since,
        expires_at=expires_at,
        begun_at=begun_at,
        resends=resends,
        rescues=rescues,
        provider_id=provider_id,
    )


def outline_of(row: Sequence[Any]) -> Outline:
    """From OUTLINE_COLUMNS."""
    (id_, event_id, message_type, channel, address, key, topic, partition, offset, occurred_at,
     accepted_at, since, expires_at, provider_id, due_at, *move) = row  # fmt: skip
    return Outline(
        id=_uuid(id_),
        event_id=event_id,
        message_type=message_type,
        channel=channel,
        recipient=Recipient(address=address, key=key),
        origin=Position(topic=topic, partition=partition, offset=offset),
        occurred_at=occurred_at,
        accepted_at=accepted_at,
        last_move=_last_move_of(move, due_at),
        since=since,
        expires_at=expires_at,
        provider_id=provider_id,
    )


def _last_move_of(move: Sequence[Any], due_at: datetime | None) -> Move:
    """What is held longer for the same reason has a later due_at than its last move says."""
    return move_of((*move[:2], due_at, *move[3:]))


def standing_of(row: Sequence[Any]) -> Standing:
    id_, topic, partition, offset, digest, accepted_at, status, begun_at = row
    return Standing(
        notification_id=_uuid(id_),
        origin=Position(topic=topic, partition=partition, offset=offset),
        digest=digest,
        accepted_at=accepted_at,
        status=Status(status),
        begun_at=begun_at,
    )


def sighting_row(sighting: Sighting) -> Row:
    position = sighting.position
    return (
        sighting.notification_id,
        position.offset,
        position.partition,
        position.topic,
        sighting.seen_at,
        sighting.event_id,
        sighting.kind,
        sighting.body,
    )


def sighting_of(row: Sequence[Any]) -> Sighting:
    notification_id, offset, partition, topic, seen_at, event_id, kind, body = row
    return Sighting(
        notification_id=_uuid(notification_id),
        event_id=event_id,
        kind=Repeat(kind),
        position=Position(topic=topic, partition=partition, offset=offset),
        seen_at=seen_at,
        body=body,
    )


def dead_letter_row(letter: DeadLetter) -> Row:
    position, settlement = letter.position, letter.settlement
    return (
        letter.id,
        letter.notification_id,
        letter.failed_at,
        None if settlement is None else settlement.at,
        position.offset,
        position.partition,
        letter.generation,
        letter.attempts,
        position.topic,
        letter.reason,
        _text(letter.error),
        letter.event_id,
        letter.channel,
        letter.message_type,
        *(
            (None, None, None)
            if settlement is None
            else (settlement.how, settlement.by, settlement.why)
        ),
        letter.body,
    )


def dead_letter_of(row: Sequence[Any]) -> DeadLetter:
    """From the columns of DEAD_LETTERS."""
    *outline, body = row
    return DeadLetter(**_dead_letter_fields(outline), body=body)


def dead_letter_outline_of(row: Sequence[Any]) -> DeadLetterOutline:
    """From DEAD_LETTER_OUTLINE_COLUMNS."""
    return DeadLetterOutline(**_dead_letter_fields(row))


def _dead_letter_fields(row: Sequence[Any]) -> dict[str, Any]:
    (id_, notification_id, failed_at, settled_at, offset, partition, generation, attempts, topic,
     reason, error, event_id, channel, message_type, how, by, why) = row  # fmt: skip
    return {
        "id": _uuid(id_),
        "reason": reason,
        "error": error,
        "failed_at": failed_at,
        "position": Position(topic=topic, partition=partition, offset=offset),
        "notification_id": None if notification_id is None else _uuid(notification_id),
        "event_id": event_id,
        "channel": channel,
        "generation": generation,
        "attempts": attempts,
        "message_type": message_type,
        "settlement": None
        if how is None
        else Settlement(how=Settled(how), at=settled_at, by=by, why=why),
    }


def _uuid(found: UUID) -> UUID:
    """The driver's own kind of UUID prints itself otherwise, and is slower to compare."""
    return UUID(int=found.int)
