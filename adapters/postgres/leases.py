"""Which workers live, as PostgreSQL says?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database
from application.errors import LeaseLost
from application.ports.leases import Leases
from domain.lease import LEASE_FOR, Lease

#: A lease that is over is kept so long: what comes late may still be written under it.
_KEPT_FOR = timedelta(days=1)

_FORGET = text("""
    DELETE FROM leases WHERE token IN (
        SELECT token FROM leases WHERE until_at <= :before
        AND NOT EXISTS (SELECT FROM states WHERE lease = token)
        FOR UPDATE SKIP LOCKED)""")
_BEGIN = text("INSERT INTO leases (token, worker, until_at) VALUES (:token, :worker, :until)")
_RENEW = text("""
    UPDATE leases SET until_at = :until WHERE token = :token AND until_at > :now
    RETURNING token""")
_GIVE_UP = text("UPDATE leases SET until_at = least(until_at, :now) WHERE token = :token")


class PostgresLeases(Leases):
    """Over the connections of claims: a lease is renewed in time however much is written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, worker: str, *, now: datetime) -> Lease:
        lease = Lease(token=uuid4(), worker=worker, until=now + LEASE_FOR)

        async def begin(connection: AsyncConnection) -> None:
            await connection.execute(_FORGET, {"before": now - _KEPT_FOR})
            values = {"token": lease.token, "worker": worker, "until": lease.until}
            await connection.execute(_BEGIN, values)

        await self._database.claim(begin)
        return lease

    async def renew(self, lease: Lease, *, now: datetime) -> Lease:
        renewed = replace(lease, until=now + LEASE_FOR)
        values = {"until": renewed.until, "token": lease.token, "now": now}
        renewal = await self._database.claim(lambda c: c.scalar(_RENEW, values))
        if renewal is None:
            raise LeaseLost(f"the lease of {lease.worker} was over")
        return renewed

    async def give_up(self, lease: Lease, *, now: datetime) -> None:
        values = {"token": lease.token, "now": now}
        await self._database.claim(lambda connection: connection.execute(_GIVE_UP, values))
