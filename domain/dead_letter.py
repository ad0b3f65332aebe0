"""What could not be read or served, and why?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID, uuid5

from domain.errors import UnreadableEvent
from domain.record import Position, Record


class Settled(StrEnum):
    """What became of a dead letter, once somebody decided."""

    REPLAYED = "replayed"
    DISCARDED = "discarded"
    FORGOTTEN = "forgotten"  #: the person it was for was; its body is erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    how: Settled
    at: datetime
    by: str
    why: str


_NAMESPACE = UUID("5e0c64cf-5a57-5b0b-9a4e-0d4c9f3c6d61")
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterOutline:
    """A dead letter without its body, so that many of them take little memory."""

    id: UUID
    reason: str
    error: str
    failed_at: datetime
    position: Position
    notification_id: UUID | None = None
    event_id: str | None = None
    channel: str | None = None
    generation: int | None = None
    attempts: int = 0
    message_type: str | None = None
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter(DeadLetterOutline):
    """Of a notification: one per generation. Of a record: one per place and bytes.

    `id` is a function of that key, so that the same dead letter is never kept twice.
    `body` is the event in the wire format, or the record's bytes as they lay.
    """

    body: bytes

    @classmethod
    def of_record(cls, record: Record, error: UnreadableEvent, *, now: datetime) -> DeadLetter:
        body = record.value or b""
        return cls(
            id=uuid5(_NAMESPACE, f"{record.position}:{sha256(body).hexdigest()}"),
            reason=UNREADABLE,
            error=str(error),
            failed_at=now,
            position=record.position,
            body=body,
        )

    @property
    def outline(self) -> DeadLetterOutline:
        return DeadLetterOutline(
            **{each.name: getattr(self, each.name) for each in fields(DeadLetterOutline)}
        )

    @staticmethod
    def id_of(notification_id: UUID, generation: int) -> UUID:
        return uuid5(_NAMESPACE, f"{notification_id}:{generation}")
