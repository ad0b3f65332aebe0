"""Which receipts came too early to mean anything?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.receipt import Receipt


class Receipts(Protocol):
    """They wait here until the hand-over that they speak of has its outcome.

    - Two of the same hand-over with the same verdict are one: the first stays.
    - Durable when it returns; any number of workers may look and settle at once.
    - Raises StoreUnavailable.
    """

    @abstractmethod
    async def keep(self, receipts: Sequence[Receipt]) -> None: ...

    @abstractmethod
    async def ripe(self, *, limit: int) -> Sequence[Receipt]:
        """The first ones kept whose notification has an outcome now and is in nobody's hand, or
        is not known. Asking is cheap while few are kept."""

    @abstractmethod
    async def settle(self, receipts: Sequence[Receipt]) -> None:
        """They have been heard. One that is not there changes nothing."""
