"""Which workers live?"""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from domain.lease import Lease


class Leases(Protocol):
    """One row per worker.

    - A lease that is over, or was given up, stays so: nobody can renew it.
    - Raises StoreUnavailable.
    """

    @abstractmethod
    async def begin(self, worker: str, *, now: datetime) -> Lease:
        """A new lease with a token that no other has had."""

    @abstractmethod
    async def renew(self, lease: Lease, *, now: datetime) -> Lease:
        """The same lease, over LEASE_FOR after now. Raises LeaseLost if it was over."""

    @abstractmethod
    async def give_up(self, lease: Lease, *, now: datetime) -> None:
        """It is over from now on; what is still in its hand can be claimed."""
