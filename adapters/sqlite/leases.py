"""Which workers live, as the file says?"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_microseconds
from application.errors import LeaseLost
from application.ports.leases import Leases
from domain.lease import LEASE_FOR, Lease

#: A lease that is over is kept so long: what comes late may still be written under it.
_KEPT_FOR = timedelta(days=1)


class SqliteLeases(Leases):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, worker: str, *, now: datetime) -> Lease:
        lease = Lease(token=uuid4(), worker=worker, until=now + LEASE_FOR)

        def begin(connection: sqlite3.Connection) -> None:
            connection.execute(
                """DELETE FROM leases WHERE until_at <= ?
                AND NOT EXISTS (SELECT 1 FROM notifications WHERE lease = token)""",
                (to_microseconds(now - _KEPT_FOR),),
            )
            connection.execute(
                "INSERT INTO leases (token, worker, until_at) VALUES (?, ?, ?)",
                (lease.token.bytes, worker, to_microseconds(lease.until)),
            )

        await self._database.write(begin)
        return lease

    async def renew(self, lease: Lease, *, now: datetime) -> Lease:
        renewed = replace(lease, until=now + LEASE_FOR)
        renewals = await self._database.change(
            "UPDATE leases SET until_at = ? WHERE token = ? AND until_at > ?",
            [(to_microseconds(renewed.until), lease.token.bytes, to_microseconds(now))],
        )
        if renewals == 0:
            raise LeaseLost(f"the lease of {lease.worker} was over")
        return renewed

    async def give_up(self, lease: Lease, *, now: datetime) -> None:
        await self._database.change(
            "UPDATE leases SET until_at = min(until_at, ?) WHERE token = ?",
            [(to_microseconds(now), lease.token.bytes)],
        )

    async def end_all(self, *, now: datetime) -> None:
        """For the only process that works on this file: whoever held a lease is gone."""
        await self._database.change(
            "UPDATE leases SET until_at = min(until_at, ?)", [(to_microseconds(now),)]
        )
