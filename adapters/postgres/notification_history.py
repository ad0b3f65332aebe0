"""What happened, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database, rows_of
from adapters.postgres.page import ids_of, page
from adapters.postgres.rows import (
    DEAD_LETTERS,
    MOVE_COLUMNS,
    NOTIFICATION_COLUMNS,
    SIGHTINGS,
    WHOLE_NOTIFICATIONS,
    dead_letter_of,
    move_of,
    notification_of,
    outline_of,
    sighting_of,
)
from adapters.postgres.statistics import backlog, pace, statistics, tally
from application.ports.event_decoder import EventDecoder
from application.ports.notification_history import Chapter, NotificationHistory, Query
from application.statistics import Backlog, Statistics, Stretch, Tally
from domain.notification import Notification
from domain.outline import Outline

_OF_EVENT = f"""
    SELECT {NOTIFICATION_COLUMNS}, states.n FROM {WHOLE_NOTIFICATIONS}
    WHERE notifications.id = ANY(:ids) ORDER BY notifications.channel"""
_TRAIL = f"SELECT {MOVE_COLUMNS} FROM trail WHERE n = :n ORDER BY number"
_SIGHTINGS = f"""
    SELECT {SIGHTINGS.names} FROM sightings WHERE notification_id = :id ORDER BY seen_at"""
_DEAD_LETTERS = f"""
    SELECT {DEAD_LETTERS.names} FROM dead_letters WHERE notification_id = :id
    ORDER BY generation"""
_FIND = f"""
    SELECT {NOTIFICATION_COLUMNS} FROM {WHOLE_NOTIFICATIONS}
    WHERE notifications.id = ANY(:ids)"""


class PostgresNotificationHistory(NotificationHistory):
    """`channels` are the names of all that notifications can be of."""

    def __init__(self, database: Database, decoder: EventDecoder, channels: Sequence[str]) -> None:
        self._database = database
        self._decoder = decoder
        self._channels = channels

    async def story(self, event_id: str) -> Sequence[Chapter]:
        async def read(connection: AsyncConnection) -> list[Chapter]:
            rows = await rows_of(connection, _OF_EVENT, {"ids": ids_of(event_id, self._channels)})
            return [await self._chapter(connection, row) for row in rows]

        return await self._database.read(read)

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        rows = await self._database.read(lambda c: rows_of(c, _FIND, {"ids": ids}))
        found = (notification_of(row, self._decoder) for row in rows)
        return {notification.id: notification for notification in found}

    async def latest(
        self, query: Query, *, limit: int, after: UUID | None = None
    ) -> Sequence[Outline]:
        statement, values = page(query, channels=self._channels, limit=limit, after=after)
        rows = await self._database.read(lambda c: rows_of(c, statement, values))
        return [outline_of(row) for row in rows]

    async def tally(self) -> Mapping[Tally, int]:
        return await self._database.read(tally)

    async def statistics(self, *, accepted_from: datetime | None) -> Statistics:
        return await self._database.read(lambda c: statistics(c, accepted_from))

    async def backlog(self, *, now: datetime) -> Mapping[str, Backlog]:
        return await self._database.read(lambda c: backlog(c, now))

    async def pace(
        self, *, begin_at: datetime, end_at: datetime, each: timedelta
    ) -> Sequence[Stretch]:
        return await self._database.read(lambda c: pace(c, begin_at, end_at, each))

    async def _chapter(self, connection: AsyncConnection, row: Sequence[Any]) -> Chapter:
        whole, n = row[:-1], row[-1]
        trail = await rows_of(connection, _TRAIL, {"n": n})
        sightings = await rows_of(connection, _SIGHTINGS, {"id": row[0]})
        letters = await rows_of(connection, _DEAD_LETTERS, {"id": row[0]})
        return Chapter(
            notification=notification_of(whole, self._decoder),
            trail=[move_of(each) for each in trail],
            sightings=[sighting_of(each) for each in sightings],
            dead_letters=[dead_letter_of(each) for each in letters],
        )
