"""Is what the work depends on there, and well?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen of one that is there; `fix` says what is worth doing all the same."""

    words: str
    fix: str | None = None


class Neighbour(Protocol):
    """A server, a file, a disk.

    - To look changes nothing, and holds up nobody who works.
    - Raises StoreUnavailable or StreamUnavailable, with the fix, and recovers by itself.
    - Says no secret, and nothing about people.
    """

    @property
    @abstractmethod
    def name(self) -> str: ...

    @property
    @abstractmethod
    def is_needed(self) -> bool:
        """Whether the work stands still without it; else it goes on, only worse."""

    @abstractmethod
    async def look(self) -> Sight: ...
