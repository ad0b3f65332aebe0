"""What could not be read or served, as the file says?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sqlite.database import Database
from adapters.sqlite.rows import INSERT_DEAD_LETTER, dead_letter_of, dead_letter_row
from application.ports.dead_letters import DeadLetters
from domain.dead_letter import DeadLetter


class SqliteDeadLetters(DeadLetters):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> None:
        await self._database.change(INSERT_DEAD_LETTER, map(dead_letter_row, dead_letters))

    async def latest(self, *, limit: int, reason: str | None = None) -> Sequence[DeadLetter]:
        query = """SELECT id, reason, error, failed_at, topic, partition, record_offset, body,
                notification_id, event_id, channel, generation, attempts
            FROM dead_letters WHERE ? IS NULL OR reason = ?
            ORDER BY failed_at DESC LIMIT ?"""
        rows = await self._database.read(
            lambda connection: connection.execute(query, (reason, reason, limit)).fetchall()
        )
        return [dead_letter_of(row) for row in rows]

    async def count(self, *, reason: str | None = None) -> int:
        query = "SELECT count(*) FROM dead_letters WHERE ? IS NULL OR reason = ?"
        [count] = await self._database.read(
            lambda connection: connection.execute(query, (reason, reason)).fetchone()
        )
        return int(count)
