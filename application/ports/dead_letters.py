"""What could not be read or served, and what was decided about it?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.dead_letter import DeadLetter, DeadLetterOutline, Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterQuery:
    """Which dead letters; what is None does not matter. `failed_before` is exclusive."""

    reason: str | None = None
    channel: str | None = None
    message_type: str | None = None
    event_id: str | None = None
    failed_from: datetime | None = None
    failed_before: datetime | None = None
    only_open: bool = True  #: leave out those that somebody has settled


class DeadLetters(Protocol):
    """Kept until somebody decides, and afterwards too.

    - Adding one whose id is known already changes nothing; settling one again neither.
    - Durable when it returns. Raises StoreUnavailable.
    """

    @abstractmethod
    async def add(self, dead_letters: Sequence[DeadLetter]) -> None: ...

    @abstractmethod
    async def latest(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetterOutline | None = None
    ) -> Sequence[DeadLetterOutline]:
        """Newest first, behind the last one of the page before. No body is read."""

    @abstractmethod
    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, DeadLetter]:
        """Those of them that there are, settled or not."""

    @abstractmethod
    async def batch(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetter | None
    ) -> Sequence[DeadLetter]:
        """Oldest first, behind the last one of the batch before."""

    @abstractmethod
    async def tally(self, query: DeadLetterQuery) -> Mapping[str, int]:
        """How many for each reason."""

    @abstractmethod
    async def settle(self, ids: Sequence[UUID], settlement: Settlement) -> int:
        """Mark the open ones among them. Returns how many those were."""
