"""An event came again under an id that is taken: what does that mean?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.event import Event
from domain.notification import Notification
from domain.record import Position
from domain.status import Status


class Repeat(StrEnum):
    REDELIVERY = "redelivery"  #: the same record once more, by the stream's doing; not counted
    DUPLICATE = "duplicate"  #: the producer said the same thing again; counted
    CONFLICT = "conflict"  #: the producer said another thing under the same id; kept, not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One duplicate or conflict, as it is kept for the story. `body` only for a conflict."""

    notification_id: UUID
    event_id: str
    kind: Repeat
    position: Position
    seen_at: datetime
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the store knows of the notification that came first."""

    notification_id: UUID
    origin: Position
    digest: bytes
    accepted_at: datetime
    status: Status
    begun_at: datetime | None

    @classmethod
    def of(cls, notification: Notification) -> Standing:
        return cls(
            notification_id=notification.id,
            origin=notification.origin,
            digest=notification.event.digest,
            accepted_at=notification.accepted_at,
            status=notification.status,
            begun_at=notification.begun_at,
        )

    def is_long_settled(self, now: datetime, *, span: timedelta) -> bool:
        """No hand-over of its first attempt can count any more for the rate rule, or begin."""
        begun_lately = self.begun_at is not None and now < self.begun_at + span
        return self.status.is_final and not begun_lately

    def compare(self, *, position: Position, digest: bytes) -> Repeat:
        if digest != self.digest:
            return Repeat.CONFLICT
        return Repeat.REDELIVERY if position == self.origin else Repeat.DUPLICATE

    def sighting(self, *, event: Event, position: Position, now: datetime) -> Sighting | None:
        """What is kept of an event that came again; of a redelivery nothing."""
        kind = self.compare(position=position, digest=event.digest)
        if kind is Repeat.REDELIVERY:
            return None
        return Sighting(
            notification_id=self.notification_id,
            event_id=event.id,
            kind=kind,
            position=position,
            seen_at=now,
            body=event.body if kind is Repeat.CONFLICT else None,
        )
