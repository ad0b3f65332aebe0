"""Does this worker still hold what it has in hand?"""

from __future__ import annotations

import asyncio
from datetime import datetime

from application.errors import LeaseLost
from application.ports.leases import Leases
from domain.lease import Lease


class Leasehold:
    """One worker's lease, renewed in time, and a new one once it was lost."""

    def __init__(self, leases: Leases, worker: str) -> None:
        self._leases = leases
        self._worker = worker
        self._lease: Lease | None = None
        self._renewing = asyncio.Lock()

    async def current(self, now: datetime) -> Lease:
        """A lease from which hand-overs may start now."""
        async with self._renewing:
            if self._lease is not None and self._lease.wants_renewal(now):
                self._lease = await self._renewed(self._lease, now)
            if self._lease is None:
                self._lease = await self._leases.begin(self._worker, now=now)
            return self._lease

    async def _renewed(self, lease: Lease, now: datetime) -> Lease | None:
        try:
            return await self._leases.renew(lease, now=now)
        except LeaseLost:
            return None

    def allows_start(self, lease: Lease, now: datetime) -> bool:
        """Whether what was taken in hand under `lease` may still be handed over."""
        return (
            self._lease is not None
            and lease.token == self._lease.token
            and self._lease.allows_start(now)
        )

    async def give_up(self, now: datetime) -> None:
        if self._lease is not None:
            lease, self._lease = self._lease, None
            await self._leases.give_up(lease, now=now)
