"""What could not be read or served?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.dead_letter import DeadLetter


class DeadLetters(Protocol):
    """Kept until somebody decides.

    - Adding one whose id is known already changes nothing.
    - Durable when it returns. Raises StoreUnavailable.
    """

    @abstractmethod
    async def add(self, dead_letters: Sequence[DeadLetter]) -> None: ...

    @abstractmethod
    async def latest(self, *, limit: int, reason: str | None = None) -> Sequence[DeadLetter]:
        """Newest first."""

    @abstractmethod
    async def count(self, *, reason: str | None = None) -> int: ...
