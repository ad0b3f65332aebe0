"""Which workers live, as the process remembers it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from adapters.memory.database import Database
from application.errors import LeaseLost
from application.ports.leases import Leases
from domain.lease import LEASE_FOR, Lease


class MemoryLeases(Leases):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, worker: str, *, now: datetime) -> Lease:
        self._database.reach()
        lease = Lease(token=uuid4(), worker=worker, until=now + LEASE_FOR)
        self._database.leases[lease.token] = lease
        return lease

    async def renew(self, lease: Lease, *, now: datetime) -> Lease:
        self._database.reach()
        standing = self._database.leases.get(lease.token)
        if standing is None or standing.is_over(now):
            raise LeaseLost(f"the lease of {lease.worker} was over")
        renewed = replace(standing, until=now + LEASE_FOR)
        self._database.leases[lease.token] = renewed
        return renewed

    async def give_up(self, lease: Lease, *, now: datetime) -> None:
        self._database.reach()
        self._database.leases.pop(lease.token, None)

    async def end_all(self, *, now: datetime) -> None:
        """As where only one process can work: whoever held a lease is gone."""
        self._database.reach()
        self._database.leases.clear()
