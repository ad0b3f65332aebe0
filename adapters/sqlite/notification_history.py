"""What happened, as the file says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.sqlite.bulk import Row
from adapters.sqlite.database import Database
from adapters.sqlite.rows import (
    DEAD_LETTER_COLUMNS,
    MOVE_COLUMNS,
    SELECT_NOTIFICATION,
    dead_letter_of,
    move_of,
    notification_of,
    sighting_of,
)
from application.ports.event_decoder import EventDecoder
from application.ports.notification_history import Chapter, NotificationHistory, Query, Tally
from domain.notification import Notification
from domain.status import Status, Wait

_TRAIL = f"SELECT {MOVE_COLUMNS} FROM trail WHERE n = ? ORDER BY number"
_SIGHTINGS = """
    SELECT notification_id, topic, partition, record_offset, event_id, kind, seen_at, body
    FROM sightings WHERE notification_id = ? ORDER BY seen_at"""
_DEAD_LETTERS = f"""
    SELECT {DEAD_LETTER_COLUMNS} FROM dead_letters WHERE notification_id = ? ORDER BY generation"""


class SqliteNotificationHistory(NotificationHistory):
    def __init__(self, database: Database, decoder: EventDecoder) -> None:
        self._database = database
        self._decoder = decoder

    async def story(self, event_id: str) -> Sequence[Chapter]:
        def read(connection: sqlite3.Connection) -> list[Chapter]:
            query = f"{SELECT_NOTIFICATION} AND event_id = ? ORDER BY channel"
            rows = connection.execute(query, (event_id,)).fetchall()
            return [self._chapter(connection, row) for row in rows]

        return await self._database.read(read)

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        query = f"{SELECT_NOTIFICATION} AND id IN ({', '.join('?' * len(ids))})"
        values = [id_.bytes for id_ in ids]
        rows = await self._database.read(lambda c: c.execute(query, values).fetchall())
        found = (notification_of(row, self._decoder) for row in rows)
        return {notification.id: notification for notification in found}

    async def latest(self, query: Query, *, limit: int) -> Sequence[Notification]:
        conditions = {
            "notifications.status = ?": query.status,
            "channel = ?": query.channel,
            "recipient_key = ?": query.recipient_key,
            "message_type = ?": query.message_type,
        }
        given = {condition: value for condition, value in conditions.items() if value is not None}
        statement = " AND ".join([SELECT_NOTIFICATION, *given]) + " ORDER BY n DESC LIMIT ?"
        values = [*given.values(), limit]
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return [notification_of(row, self._decoder) for row in rows]

    async def tally(self) -> Mapping[Tally, int]:
        query = """SELECT channel, status, waiting_for, count(*) FROM notifications
            GROUP BY channel, status, waiting_for"""
        rows = await self._database.read(lambda connection: connection.execute(query).fetchall())
        return {
            Tally(
                channel=channel,
                status=Status(status),
                waiting_for=Wait(waiting_for) if waiting_for else None,
            ): count
            for channel, status, waiting_for, count in rows
        }

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
