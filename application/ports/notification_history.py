"""What happened?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.dead_letter import DeadLetter
from domain.move import Move
from domain.notification import Notification
from domain.repeat import Sighting
from domain.status import Status, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The story of one notification: its audit trail, in order."""

    notification: Notification
    trail: Sequence[Move]
    sightings: Sequence[Sighting]
    dead_letters: Sequence[DeadLetter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which notifications; what is None does not matter."""

    status: Status | None = None
    channel: str | None = None
    recipient_key: str | None = None
    message_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    channel: str
    status: Status
    waiting_for: Wait | None


class NotificationHistory(Protocol):
    """The reading side; sees everything that was written before it was asked.

    - Never holds up who writes.
    - Raises StoreUnavailable.
    """

    @abstractmethod
    async def story(self, event_id: str) -> Sequence[Chapter]:
        """Every notification of the event, by channel; none if the event is not known."""

    @abstractmethod
    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        """Those of them that there are."""

    @abstractmethod
    async def latest(self, query: Query, *, limit: int) -> Sequence[Notification]:
        """Newest accepted first."""

    @abstractmethod
    async def tally(self) -> Mapping[Tally, int]: ...
