"""Where do notifications live, in PostgreSQL?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.accepting import accept
from adapters.postgres.claiming import claim
from adapters.postgres.database import Database
from adapters.postgres.moving import move_in_hand, move_in_nobodys_hand
from adapters.postgres.rows import INSERT_SIGHTINGS, SIGHTINGS, notification_of, sighting_row
from adapters.postgres.settling import revive
from application.ports.event_decoder import EventDecoder
from application.ports.notification_store import NotificationStore, Revival
from domain.dead_letter import Settlement
from domain.lease import Lease
from domain.notification import Notification
from domain.repeat import Sighting, Standing
from domain.status import Wait

_NEXT_DUE = text("""
    SELECT min(instant) FROM (
        (SELECT due_at AS instant FROM states
            WHERE channel = :channel AND lease IS NULL AND due_at IS NOT NULL
            AND waiting_for <> :person
            ORDER BY due_at LIMIT :of_nobody)
        UNION ALL
        SELECT until_at FROM leases WHERE EXISTS (
            SELECT FROM states WHERE lease = token AND channel = :channel)
    ) AS instants""")


class PostgresNotificationStore(NotificationStore):
    def __init__(self, database: Database, decoder: EventDecoder) -> None:
        self._database = database
        self._decoder = decoder

    async def accept(
        self, newborn: Sequence[Notification], *, lease: Lease | None
    ) -> Sequence[Standing | None]:
        if not newborn:
            return []
        return await self._database.write(lambda connection: accept(connection, newborn, lease))

    async def note(self, sightings: Sequence[Sighting]) -> None:
        if not sightings:
            return
        values = SIGHTINGS.values(map(sighting_row, sightings))
        await self._database.write(lambda c: c.execute(text(INSERT_SIGHTINGS), values))

    async def claim(
        self,
        channel: str,
        *,
        now: datetime,
        limit: int,
        lease: Lease,
        only_orphans: bool = False,
    ) -> Sequence[Notification]:
        if limit <= 0:
            return []
        rows = await self._database.claim(
            lambda connection: claim(
                connection,
                channel,
                now=now,
                limit=limit,
                lease=lease,
                only_orphans=only_orphans,
            )
        )
        return [notification_of(row, self._decoder) for row in rows]

    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        if not notifications:
            return []
        return await self._database.write(
            lambda connection: move_in_hand(connection, notifications, lease)
        )

    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        if not notifications:
            return []
        return await self._database.write(
            lambda connection: move_in_nobodys_hand(connection, notifications)
        )

    async def revive(
        self, revivals: Sequence[Revival], settlement: Settlement
    ) -> Sequence[Notification]:
        return await self._database.write(
            lambda connection: revive(connection, revivals, settlement)
        )

    async def next_due_at(self, channel: str, *, only_orphans: bool = False) -> datetime | None:
        async def ask(connection: AsyncConnection) -> datetime | None:
            values = {
                "channel": channel,
                "person": Wait.PERSON,
                "of_nobody": 0 if only_orphans else 1,
            }
            found: datetime | None = await connection.scalar(_NEXT_DUE, values)
            return found

        return await self._database.claim(ask)
