"""What does a row of the system that was there before say, and who still reads its table?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from application.ports.event_decoder import EventDecoder
from domain.channel import Channel
from domain.errors import InvalidRecipient, UnreadableEvent
from domain.event import Event
from domain.failure import Failure
from domain.masking import masked
from domain.move import Move
from domain.notification import Notification, notification_id
from domain.recipient import Recipient
from domain.record import Position, Record
from domain.status import Status, Wait

_RENAMED = "Notification_before_tidings"
_BY = "tidings migrate"

#: Whichever of the two names the table has now; a view does not count.
FIND_TABLE = f"""
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relname IN ('Notification', '{_RENAMED}')
    AND relnamespace = CAST(current_schema() AS regnamespace)
    ORDER BY relname LIMIT 1"""

READ_ROWS = """
    SELECT id, "eventId", lower(CAST(channel AS text)), recipient, CAST(status AS text),
        "retryCount", "lastError", message, "createdAt", "updatedAt"
    FROM "{table}" WHERE id > :after ORDER BY id LIMIT :batch"""

#: Whoever reads the old table goes on reading. What is not text to PostgreSQL is no message.
MAKE_WAY = (
    f'ALTER TABLE "Notification" RENAME TO "{_RENAMED}"',
    """
    CREATE OR REPLACE FUNCTION message_of(body bytea) RETURNS text LANGUAGE plpgsql STABLE AS $$
    DECLARE event json;
    BEGIN
        event := CAST(convert_from(body, 'UTF8') AS json);
        RETURN coalesce(event->'payload'->>'message', event->'data'->>'message', '');
    EXCEPTION WHEN data_exception THEN
        RETURN '';
    END $$""",
    """
    CREATE VIEW "Notification" AS SELECT
        CAST(notifications.id AS text) AS id,
        event_id AS "eventId",
        CAST(upper(notifications.channel) AS "NotificationChannel") AS channel,
        address AS recipient,
        CAST(CASE
            WHEN states.status IN ('SENT', 'DELIVERED') THEN 'SENT'
            WHEN states.status = 'FAILED' THEN 'FAILED'
            ELSE 'PENDING'
        END AS "NotificationStatus") AS status,
        greatest(attempt - 1, 0) AS "retryCount",
        CASE WHEN states.status IN ('RETRYING', 'UNCERTAIN', 'FAILED') THEN nullif(words, '')
        END AS "lastError",
        message_of(body) AS message,
        CAST(notifications.accepted_at AT TIME ZONE 'UTC' AS timestamp(3)) AS "createdAt",
        CAST(trail.at AT TIME ZONE 'UTC' AS timestamp(3)) AS "updatedAt"
    FROM notifications JOIN states USING (id)
    JOIN trail ON trail.n = states.n AND trail.number = states.moves
    WHERE notifications.channel IN ('email', 'sms')""",
)


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """Instants are in UTC, and do not say so."""

    id: str
    event_id: str
    channel: str
    recipient: str
    named_status: str
    retry_count: int
    last_error: str | None
    message: str
    created_at: datetime
    updated_at: datetime

    @property
    def status(self) -> Status:
        return Status(self.named_status)


def notification_of(
    row: OriginalRow,
    channels: Mapping[str, Channel],
    decoder: EventDecoder,
    *,
    now: datetime,
) -> Notification | None:
    """As if we had accepted it; None if we could not have."""
    channel = channels.get(row.channel)
    if channel is None:
        return None
    try:
        event = _event_of(row, channel, decoder)
    except UnreadableEvent:
        return None
    is_pending = row.status is Status.PENDING
    at = now if is_pending else row.updated_at.replace(tzinfo=UTC)
    recipient = _recipient_of(row, channel)
    move = Move(
        number=1,
        at=at,
        by=_BY,
        came_from=None,
        status=row.status,
        generation=1,
        attempt=0 if is_pending else row.retry_count + (row.status is Status.SENT),
        due_at=now if is_pending else None,
        waiting_for=Wait.TURN if is_pending else None,
        failure=Failure.EXHAUSTED if row.status is Status.FAILED else None,
        words=masked(row.last_error or "", recipient=recipient.address),
        rule="taken over",
    )
    return Notification(
        id=notification_id(row.event_id, channel.name),
        event=event,
        channel=channel.name,
        recipient=recipient,
        origin=_ORIGIN,
        accepted_at=row.created_at.replace(tzinfo=UTC),
        last_move=move,
        since=at,
    )


_ORIGIN = Position(topic=_RENAMED, partition=0, offset=0)


def _event_of(row: OriginalRow, channel: Channel, decoder: EventDecoder) -> Event:
    created_at = row.created_at.replace(tzinfo=UTC)
    wire = {
        "eventId": row.event_id,
        "messageType": "NOTIFICATION",
        "timestamp": round(created_at.timestamp() * 1000),
        "payload": {channel.address_field: row.recipient, "message": row.message},
    }
    body = json.dumps(wire, ensure_ascii=False).encode()
    return decoder.decode(Record(value=body, position=_ORIGIN, appended_at=created_at))


def _recipient_of(row: OriginalRow, channel: Channel) -> Recipient:
    try:
        return channel.read_recipient(row.recipient)
    except InvalidRecipient:
        return Recipient(address=row.recipient, key=row.recipient)
