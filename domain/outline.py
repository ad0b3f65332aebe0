"""What is told of a notification where many are listed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.move import Move
from domain.notification import Notification
from domain.recipient import Recipient
from domain.record import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A notification without what its event said, so that many of them take little memory."""

    id: UUID
    event_id: str
    message_type: str
    channel: str
    recipient: Recipient
    origin: Position
    occurred_at: datetime
    accepted_at: datetime
    last_move: Move
    since: datetime
    expires_at: datetime | None = None
    provider_id: str | None = None

    @classmethod
    def of(cls, notification: Notification) -> Outline:
        return cls(
            id=notification.id,
            event_id=notification.event.id,
            message_type=notification.event.message_type,
            channel=notification.channel,
            recipient=notification.recipient,
            origin=notification.origin,
            occurred_at=notification.event.occurred_at,
            accepted_at=notification.accepted_at,
            last_move=notification.last_move,
            since=notification.since,
            expires_at=notification.expires_at,
            provider_id=notification.provider_id,
        )
