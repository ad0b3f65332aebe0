"""Where do notifications live, and who has them in hand?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.dead_letter import Settlement
from domain.lease import Lease
from domain.notification import Notification
from domain.repeat import Sighting, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Revival:
    """Another life for a dead letter: of its notification, or of those that its record told of."""

    letter_id: UUID
    revised: Sequence[Notification] = ()
    newborn: Sequence[Notification] = ()


class NotificationStore(Protocol):
    """The truth. Every call is one atomic step, durable when it returns.

    - Raises StoreUnavailable if nothing was written, RowRefused if one row was to blame.
    - Each notification's `last_move` is appended to its audit trail, by its number, once.
    - What is written as FAILED leaves its dead letter in the same step, once a generation.
    - What is written as SENDING is in the lease's hand; everything else is in nobody's.
    """

    @abstractmethod
    async def accept(
        self, newborn: Sequence[Notification], *, lease: Lease | None
    ) -> Sequence[Standing | None]:
        """Add those whose id is new. For each: None if added, else what stands there already.

        The first stands, also among equal ids of one call. Of one that is not added, what
        `Standing.sighting` says is kept. Only what is born SENDING needs a lease: what was
        added under it as SENDING, and is in its hand since, counts as added once more.
        """

    @abstractmethod
    async def note(self, sightings: Sequence[Sighting]) -> None:
        """Keep duplicates and conflicts for the story; the same position once."""

    @abstractmethod
    async def claim(
        self,
        channel: str,
        *,
        now: datetime,
        limit: int,
        lease: Lease,
        only_orphans: bool = False,
    ) -> Sequence[Notification]:
        """Take in hand what is due, and what is SENDING in the hand of a lease that is over.

        Longest due first. No other claim gets them while this lease lives. A suspect
        comes alone, and nothing with it. `only_orphans`: not what is merely due.
        """

    @abstractmethod
    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        """Write what became of those in this lease's hand; equal ids in the order given.

        Returns those written. Any that another lease has taken meanwhile is left as it is;
        until then they are in this lease's hand, even if it is over.
        """

    @abstractmethod
    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        """Write what a person decided, of those that are in nobody's hand and still stand where
        they stood before that move. Returns those written."""

    @abstractmethod
    async def revive(
        self, revivals: Sequence[Revival], settlement: Settlement
    ) -> Sequence[Notification]:
        """Of those whose letter is open: settle it, revise and accept, in the same step.

        Whoever settles a letter first has it: of two that decide at once the other finds it
        settled. Returns the notifications that were written.
        """

    @abstractmethod
    async def next_due_at(self, channel: str, *, only_orphans: bool = False) -> datetime | None:
        """When the next one can be claimed; None: only new events or people move anything.

        What is in somebody's hand can be claimed when that lease is over. What waits for a
        person does not count; with `only_orphans`, nor does what is in nobody's hand.
        """
