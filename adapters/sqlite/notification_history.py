"""What happened, as the file says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from adapters.sqlite.bulk import Row
from adapters.sqlite.database import Database
from adapters.sqlite.page import ids_of, page
from adapters.sqlite.rows import (
    DEAD_LETTER_COLUMNS,
    MOVE_COLUMNS,
    SELECT_NOTIFICATION,
    dead_letter_of,
    move_of,
    notification_of,
    outline_of,
    sighting_of,
)
from adapters.sqlite.statistics import backlog, pace, statistics, tally
from application.ports.event_decoder import EventDecoder
from application.ports.notification_history import Chapter, NotificationHistory, Query
from application.statistics import Backlog, Statistics, Stretch, Tally
from domain.notification import Notification
from domain.outline import Outline

T = TypeVar("T")

_TRAIL = f"SELECT {MOVE_COLUMNS} FROM trail WHERE n = ? ORDER BY number"
_SIGHTINGS = """
    SELECT notification_id, topic, partition, record_offset, event_id, kind, seen_at, body
    FROM sightings WHERE notification_id = ? ORDER BY seen_at"""
_DEAD_LETTERS = f"""
    SELECT {DEAD_LETTER_COLUMNS} FROM dead_letters WHERE notification_id = ? ORDER BY generation"""


class SqliteNotificationHistory(NotificationHistory):
    """`channels` are the names of all that notifications can be of."""

    def __init__(self, database: Database, decoder: EventDecoder, channels: Sequence[str]) -> None:
        self._database = database
        self._decoder = decoder
        self._channels = channels

    async def story(self, event_id: str) -> Sequence[Chapter]:
        def read(connection: sqlite3.Connection) -> list[Chapter]:
            ids = ids_of(event_id, self._channels)
            query = f"{SELECT_NOTIFICATION} AND id IN ({', '.join('?' * len(ids))})"
            rows = connection.execute(f"{query} ORDER BY channel", ids).fetchall()
            return [self._chapter(connection, row) for row in rows]

        return await self._database.read(read)

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        query = f"{SELECT_NOTIFICATION} AND id IN ({', '.join('?' * len(ids))})"
        values = [id_.bytes for id_ in ids]
        rows = await self._database.read(lambda c: c.execute(query, values).fetchall())
        found = (notification_of(row, self._decoder) for row in rows)
        return {notification.id: notification for notification in found}

    async def latest(
        self, query: Query, *, limit: int, after: UUID | None = None
    ) -> Sequence[Outline]:
        statement, values = page(query, channels=self._channels, limit=limit, after=after)
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return [outline_of(row) for row in rows]

    async def tally(self) -> Mapping[Tally, int]:
        return await self._database.read(lambda connection: _as_of_now(connection, tally))

    async def statistics(self, *, accepted_from: datetime | None) -> Statistics:
        def read(connection: sqlite3.Connection) -> Statistics:
            return _as_of_now(connection, lambda c: statistics(c, accepted_from))

        return await self._database.read(read)

    async def backlog(self, *, now: datetime) -> Mapping[str, Backlog]:
        return await self._database.read(lambda c: _as_of_now(c, lambda c: backlog(c, now)))

    async def pace(
        self, *, begin_at: datetime, end_at: datetime, each: timedelta
    ) -> Sequence[Stretch]:
        return await self._database.read(lambda c: pace(c, begin_at, end_at, each))

    def _chapter(self, connection: sqlite3.Connection, row: Row) -> Chapter:
        n, id_ = row[0], row[1]
        return Chapter(
            notification=notification_of(row, self._decoder),
            trail=[move_of(each) for each in connection.execute(_TRAIL, (n,))],
            sightings=[sighting_of(each) for each in connection.execute(_SIGHTINGS, (id_,))],
            dead_letters=[
                dead_letter_of(each) for each in connection.execute(_DEAD_LETTERS, (id_,))
            ],
        )


def _as_of_now(connection: sqlite3.Connection, look: Callable[[sqlite3.Connection], T]) -> T:
    """Several looks see the same rows; under WAL that holds up nobody."""
    connection.execute("BEGIN")
    try:
        return look(connection)
    finally:
        connection.execute("ROLLBACK")
