"""Which dead letters has nobody been told of yet?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.dead_letter import DeadLetter


class DeadLetterOutbox(Protocol):
    """Every dead letter of the store is in it until it is marked, settled or not.

    - Marking one again, or one that is not there, changes nothing.
    - Durable when it returns. Raises StoreUnavailable.
    """

    @abstractmethod
    async def unpublished(self, *, limit: int) -> Sequence[DeadLetter]:
        """Oldest first."""

    @abstractmethod
    async def mark_published(self, ids: Sequence[UUID]) -> None: ...
