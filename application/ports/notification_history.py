"""What happened?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from application.statistics import Backlog, Statistics, Stretch, Tally
from domain.dead_letter import DeadLetter
from domain.move import Move
from domain.notification import Notification
from domain.outline import Outline
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
    """Which notifications; what is None does not matter. `accepted_before` is exclusive."""

    status: Status | None = None
    channel: str | None = None
    recipient_key: str | None = None
    message_type: str | None = None
    event_id: str | None = None
    ids: Sequence[UUID] | None = None
    waiting_for: Wait | None = None
    accepted_from: datetime | None = None
    accepted_before: datetime | None = None


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
    async def latest(
        self, query: Query, *, limit: int, after: UUID | None = None
    ) -> Sequence[Outline]:
        """Newest accepted first, behind the one whose id is `after`; none if that is not known.

        Going on behind the last one of a page shows each notification that was there once,
        whatever is accepted meanwhile. What the events said is not read.
        """

    @abstractmethod
    async def tally(self) -> Mapping[Tally, int]: ...

    @abstractmethod
    async def statistics(self, *, accepted_from: datetime | None) -> Statistics:
        """As of one instant. The flows are of what was accepted at or after that, or ever."""

    @abstractmethod
    async def backlog(self, *, now: datetime) -> Mapping[str, Backlog]:
        """By channel, of those where anything is not final. Costs nothing for what is."""

    @abstractmethod
    async def pace(
        self, *, begin_at: datetime, end_at: datetime, each: timedelta
    ) -> Sequence[Stretch]:
        """Stretches of that length, by channel and in the order of time, before `end_at`.

        One in which nothing was accepted is left out.
        """
