"""What is kept of a person, and how is it erased?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.dead_letter import Settlement
from domain.notification import Notification
from domain.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Events of which a notification is addressed to them; and how many records that nobody could
    read, or that came under another event's id and were never told, mention them."""

    event_ids: Sequence[str]
    loose: int


class PersonalData(Protocol):
    """Erases for whom and what; what happened, and when, stays.

    - Every call is one atomic step, durable when it returns. What was erased is not found again.
    - Raises StoreUnavailable.
    """

    @abstractmethod
    async def find(self, person: Person) -> Kept:
        """Changes nothing."""

    @abstractmethod
    async def erase(self, forgotten: Sequence[Notification]) -> Sequence[Notification]:
        """Write what is left of them, of those that are in nobody's hand and still stand where
        they stood before that move. Returns those written.

        With each go the bodies of its conflicts and dead letters, and its records where the
        stream lies here. An open dead letter of it is settled.
        """

    @abstractmethod
    async def erase_loose(self, person: Person, settlement: Settlement) -> int:
        """The bodies of what `Kept.loose` counts. Returns how many those were."""

    @abstractmethod
    async def purge(self) -> None:
        """See that nothing erased can be read in the files that are ours, as far as they are."""
