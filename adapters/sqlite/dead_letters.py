"""What could not be read or served, as the file says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.sqlite.bulk import Row
from adapters.sqlite.database import Database
from adapters.sqlite.rows import (
    DEAD_LETTER_COLUMNS,
    DEAD_LETTER_OUTLINE_COLUMNS,
    INSERT_DEAD_LETTER,
    SETTLE_DEAD_LETTER,
    dead_letter_of,
    dead_letter_outline_of,
    dead_letter_row,
    settlement_row,
    to_microseconds,
)
from application.ports.dead_letters import DeadLetterQuery, DeadLetters
from domain.dead_letter import DeadLetter, DeadLetterOutline, Settlement


class SqliteDeadLetters(DeadLetters):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> None:
        await self._database.change(INSERT_DEAD_LETTER, map(dead_letter_row, dead_letters))

    async def latest(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetterOutline | None = None
    ) -> Sequence[DeadLetterOutline]:
        columns = DEAD_LETTER_OUTLINE_COLUMNS
        statement, values = _page(columns, query, after, "<", "failed_at DESC, id DESC")
        return [dead_letter_outline_of(row) for row in await self._rows(statement, values, limit)]

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, DeadLetter]:
        marks = ", ".join("?" * len(ids))
        statement = f"SELECT {DEAD_LETTER_COLUMNS} FROM dead_letters WHERE id IN ({marks})"
        values = [id_.bytes for id_ in ids]
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return {letter.id: letter for letter in map(dead_letter_of, rows)}

    async def batch(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetter | None
    ) -> Sequence[DeadLetter]:
        statement, values = _page(DEAD_LETTER_COLUMNS, query, after, ">", "failed_at, id")
        return [dead_letter_of(row) for row in await self._rows(statement, values, limit)]

    async def _rows(self, statement: str, values: list[object], limit: int) -> list[Row]:
        return await self._database.read(
            lambda connection: connection.execute(statement, [*values, limit]).fetchall()
        )

    async def tally(self, query: DeadLetterQuery) -> Mapping[str, int]:
        where, values = _where(query)
        statement = f"SELECT reason, count(*) FROM dead_letters WHERE {where} GROUP BY reason"
        return dict(
            await self._database.read(
                lambda connection: connection.execute(statement, values).fetchall()
            )
        )

    async def settle(self, ids: Sequence[UUID], settlement: Settlement) -> int:
        rows = [settlement_row(id_, settlement) for id_ in ids]
        return await self._database.change(SETTLE_DEAD_LETTER, rows)


def _page(
    columns: str, query: DeadLetterQuery, after: DeadLetterOutline | None, behind: str, order: str
) -> tuple[str, list[object]]:
    """The statement and its values, but for the limit."""
    where, values = _where(query)
    if after is not None:
        where = f"{where} AND (failed_at, id) {behind} (?, ?)"
        values = [*values, to_microseconds(after.failed_at), after.id.bytes]
    statement = f"SELECT {columns} FROM dead_letters WHERE {where} ORDER BY {order} LIMIT ?"
    return statement, values


def _where(query: DeadLetterQuery) -> tuple[str, list[object]]:
    conditions = {
        "reason = ?": query.reason,
        "channel = ?": query.channel,
        "message_type = ?": query.message_type,
        "event_id = ?": query.event_id,
        "failed_at >= ?": query.failed_from and to_microseconds(query.failed_from),
        "failed_at < ?": query.failed_before and to_microseconds(query.failed_before),
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    is_open = ["settled_as IS NULL"] if query.only_open else []
    return " AND ".join([*given, *is_open]) or "true", list(given.values())
