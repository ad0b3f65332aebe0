"""How does a notification lie in a row, and come back the same?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from adapters.sqlite.bulk import Bulk, Row
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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

INSERT_NOTIFICATIONS = Bulk(
    """INSERT INTO notifications (
        n, id, event_id, channel, message_type, address, recipient_key, occurred_at,
        accepted_at, topic, partition, record_offset, digest, body,
        status, since, expires_at, moves, due_at, waiting_for, begun_at, resends, rescues,
        provider_id, lease
    ) VALUES""",
    columns=25,
)

_CHANGING = (
    "status", "since", "expires_at", "moves", "due_at", "waiting_for", "begun_at", "resends",
    "rescues", "provider_id", "lease",
)  # fmt: skip

UPDATE_NOTIFICATIONS = Bulk(
    f"WITH moved (n, {', '.join(_CHANGING)}) AS (VALUES",
    columns=1 + len(_CHANGING),
    after_rows=f""") UPDATE notifications SET {", ".join(f"{c} = moved.{c}" for c in _CHANGING)}
        FROM moved WHERE notifications.n = moved.n""",
)

#: A person may have had it read once more.
UPDATE_RECIPIENT = "UPDATE notifications SET address = ?, recipient_key = ? WHERE n = ?"

INSERT_MOVES = Bulk(
    """INSERT OR IGNORE INTO trail (
        n, number, at, by, came_from, status, generation, attempt, due_at, waiting_for, failure,
        words, rule
    ) VALUES""",
    columns=13,
)

MOVE_COLUMNS = """number, at, by, came_from, trail.status, generation, attempt, trail.due_at,
    trail.waiting_for, failure, words, rule"""

#: A notification and the line of the trail that brought it where it is.
SELECT_NOTIFICATION = f"""
    SELECT n, id, event_id, channel, address, recipient_key, occurred_at, accepted_at,
        topic, partition, record_offset, body, since, expires_at, notifications.due_at, begun_at,
        resends, rescues, provider_id, {MOVE_COLUMNS}
    FROM notifications JOIN trail USING (n)
    WHERE trail.number = notifications.moves"""

#: The same without what its event said.
SELECT_OUTLINE = f"""
    SELECT id, event_id, message_type, channel, address, recipient_key, topic, partition,
        record_offset, occurred_at, accepted_at, since, expires_at, provider_id,
        notifications.due_at, {MOVE_COLUMNS}
    FROM notifications JOIN trail USING (n)
    WHERE trail.number = notifications.moves"""

INSERT_SIGHTING = f"""
    INSERT OR IGNORE INTO sightings (
        notification_id, topic, partition, record_offset, event_id, kind, seen_at, body
    ) VALUES ({", ".join("?" * 8)})"""

DEAD_LETTER_OUTLINE_COLUMNS = """id, reason, error, failed_at, topic, partition, record_offset,
    notification_id, event_id, channel, generation, attempts, message_type, settled_as, settled_at,
    settled_by, settled_why"""
DEAD_LETTER_COLUMNS = f"{DEAD_LETTER_OUTLINE_COLUMNS}, body"

INSERT_DEAD_LETTER = f"""
    INSERT OR IGNORE INTO dead_letters ({DEAD_LETTER_COLUMNS})
    VALUES ({", ".join("?" * 18)})"""

SETTLE_DEAD_LETTER = """
    UPDATE dead_letters SET settled_as = ?, settled_at = ?, settled_by = ?, settled_why = ?
    WHERE id = ? AND settled_as IS NULL"""


@lru_cache(maxsize=64)
def to_microseconds(instant: datetime) -> int:
    """Remembered: most of what is written together happened at one instant."""
    since_epoch = instant - _EPOCH
    return (since_epoch.days * 86_400 + since_epoch.seconds) * 1_000_000 + since_epoch.microseconds


def to_instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _optional_microseconds(instant: datetime | None) -> int | None:
    return None if instant is None else to_microseconds(instant)


def _optional_instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else to_instant(microseconds)


def notification_row(n: int, notification: Notification, lease: Lease | None) -> Row:
    event, origin = notification.event, notification.origin
    return (
        n,
        notification.id.bytes,
        event.id,
        notification.channel,
        event.message_type,
        notification.recipient.address,
        notification.recipient.key,
        to_microseconds(event.occurred_at),
        to_microseconds(notification.accepted_at),
        origin.topic,
        origin.partition,
        origin.offset,
        event.digest,
        event.body,
        *_changing_columns(notification, lease),
    )


def update_row(n: int, notification: Notification, lease: Lease | None) -> Row:
    return (n, *_changing_columns(notification, lease))


def _changing_columns(notification: Notification, lease: Lease | None) -> Row:
    move = notification.last_move
    return (
        move.status,
        to_microseconds(notification.since),
        _optional_microseconds(notification.expires_at),
        move.number,
        _optional_microseconds(move.due_at),
        move.waiting_for,
        _optional_microseconds(notification.begun_at),
        notification.resends,
        notification.rescues,
        notification.provider_id,
        lease.token.bytes if lease is not None and notification.is_in_hand else None,
    )


def move_row(n: int, move: Move) -> Row:
    return (
        n,
        move.number,
        to_microseconds(move.at),
        move.by,
        move.came_from,
        move.status,
        move.generation,
        move.attempt,
        _optional_microseconds(move.due_at),
        move.waiting_for,
        move.failure,
        move.words,
        move.rule,
    )


def move_of(row: Row) -> Move:
    number, at, by, came_from, status, generation, attempt, due_at, wait, failure, words, rule = row
    return Move(
        number=number,
        at=to_instant(at),
        by=by,
        came_from=Status(came_from) if came_from else None,
        status=Status(status),
        generation=generation,
        attempt=attempt,
        due_at=_optional_instant(due_at),
        waiting_for=Wait(wait) if wait else None,
        failure=Failure(failure) if failure else None,
        words=words,
        rule=rule,
    )


def notification_of(row: Row, decoder: EventDecoder) -> Notification:
    """From the columns of SELECT_NOTIFICATION."""
    (_, id_, _, channel, address, key, occurred_at, accepted_at, topic, partition, offset, body,
     since, expires_at, due_at, begun_at, resends, rescues, provider_id, *move) = row  # fmt: skip
    origin = Position(topic=topic, partition=partition, offset=offset)
    return Notification(
        id=UUID(bytes=id_),
        event=read_stored(
            decoder, Record(value=body, position=origin, appended_at=to_instant(occurred_at))
        ),
        channel=channel,
        recipient=Recipient(address=address, key=key),
        origin=origin,
        accepted_at=to_instant(accepted_at),
        last_move=_last_move_of(move, due_at),
        since=to_instant(since),
        expires_at=_optional_instant(expires_at),
        begun_at=_optional_instant(begun_at),
        resends=resends,
        rescues=rescues,
        provider_id=provider_id,
    )


def outline_of(row: Row) -> Outline:
    """From the columns of SELECT_OUTLINE."""
    (id_, event_id, message_type, channel, address, key, topic, partition, offset, occurred_at,
     accepted_at, since, expires_at, provider_id, due_at, *move) = row  # fmt: skip
    return Outline(
        id=UUID(bytes=id_),
        event_id=event_id,
        message_type=message_type,
        channel=channel,
        recipient=Recipient(address=address, key=key),
        origin=Position(topic=topic, partition=partition, offset=offset),
        occurred_at=to_instant(occurred_at),
        accepted_at=to_instant(accepted_at),
        last_move=_last_move_of(move, due_at),
        since=to_instant(since),
        expires_at=_optional_instant(expires_at),
        provider_id=provider_id,
    )


def _last_move_of(move: Sequence[Any], due_at: int | None) -> Move:
    """What is held longer for the same reason has a later due_at than its last move says."""
    return move_of((*move[:7], due_at, *move[8:]))


def standing_of(row: Row) -> Standing:
    id_, topic, partition, offset, digest, accepted_at, status, begun_at = row
    return Standing(
        notification_id=UUID(bytes=id_),
        origin=Position(topic=topic, partition=partition, offset=offset),
        digest=digest,
        accepted_at=to_instant(accepted_at),
        status=Status(status),
        begun_at=_optional_instant(begun_at),
    )


def sighting_row(sighting: Sighting) -> Row:
    position = sighting.position
    return (
        sighting.notification_id.bytes,
        position.topic,
        position.partition,
        position.offset,
        sighting.event_id,
        sighting.kind,
        to_microseconds(sighting.seen_at),
        sighting.body,
    )


def sighting_of(row: Row) -> Sighting:
    notification_id, topic, partition, offset, event_id, kind, seen_at, body = row
    return Sighting(
        notification_id=UUID(bytes=notification_id),
        event_id=event_id,
        kind=Repeat(kind),
        position=Position(topic=topic, partition=partition, offset=offset),
        seen_at=to_instant(seen_at),
        body=body,
    )


def dead_letter_row(dead_letter: DeadLetter) -> Row:
    position, of = dead_letter.position, dead_letter.notification_id
    settlement = dead_letter.settlement
    return (
        dead_letter.id.bytes,
        dead_letter.reason,
        dead_letter.error,
        to_microseconds(dead_letter.failed_at),
        position.topic,
        position.partition,
        position.offset,
        None if of is None else of.bytes,
        dead_letter.event_id,
        dead_letter.channel,
        dead_letter.generation,
        dead_letter.attempts,
        dead_letter.message_type,
        *(
            (None, None, None, None)
            if settlement is None
            else (settlement.how, to_microseconds(settlement.at), settlement.by, settlement.why)
        ),
        dead_letter.body,
    )


def settlement_row(letter_id: UUID, settlement: Settlement) -> Row:
    return (
        settlement.how,
        to_microseconds(settlement.at),
        settlement.by,
        settlement.why,
        letter_id.bytes,
    )


def dead_letter_of(row: Row) -> DeadLetter:
    """From DEAD_LETTER_COLUMNS."""
    *outline, body = row
    return DeadLetter(**_dead_letter_fields(outline), body=body)


def dead_letter_outline_of(row: Row) -> DeadLetterOutline:
    """From DEAD_LETTER_OUTLINE_COLUMNS."""
    return DeadLetterOutline(**_dead_letter_fields(row))


def _dead_letter_fields(row: Sequence[Any]) -> dict[str, Any]:
    (id_, reason, error, failed_at, topic, partition, offset, notification_id, event_id, channel,
     generation, attempts, message_type, how, settled_at, by, why) = row  # fmt: skip
    return {
        "id": UUID(bytes=id_),
        "reason": reason,
        "error": error,
        "failed_at": to_instant(failed_at),
        "position": Position(topic=topic, partition=partition, offset=offset),
        "notification_id": None if notification_id is None else UUID(bytes=notification_id),
        "event_id": event_id,
        "channel": channel,
        "generation": generation,
        "attempts": attempts,
        "message_type": message_type,
        "settlement": None
        if how is None
        else Settlement(how=Settled(how), at=to_instant(settled_at), by=by, why=why),
    }
