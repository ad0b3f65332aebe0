"""What could not be read or served, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from adapters.postgres.database import Database, rows_of
from adapters.postgres.rows import (
    DEAD_LETTER_OUTLINE_COLUMNS,
    DEAD_LETTERS,
    INSERT_DEAD_LETTERS,
    dead_letter_of,
    dead_letter_outline_of,
    dead_letter_row,
)
from adapters.postgres.settling import settle
from application.ports.dead_letters import DeadLetterQuery, DeadLetters
from domain.dead_letter import DeadLetter, DeadLetterOutline, Settlement

_FIND = f"SELECT {DEAD_LETTERS.names} FROM dead_letters WHERE id = ANY(:ids)"


class PostgresDeadLetters(DeadLetters):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> None:
        values = DEAD_LETTERS.values(map(dead_letter_row, dead_letters))
        await self._database.write(lambda c: c.execute(text(INSERT_DEAD_LETTERS), values))

    async def latest(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetterOutline | None = None
    ) -> Sequence[DeadLetterOutline]:
        columns = DEAD_LETTER_OUTLINE_COLUMNS
        statement, values = _page(columns, query, after, "<", "failed_at DESC, id DESC")
        return [dead_letter_outline_of(row) for row in await self._rows(statement, values, limit)]

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, DeadLetter]:
        rows = await self._database.read(lambda c: rows_of(c, _FIND, {"ids": ids}))
        return {letter.id: letter for letter in map(dead_letter_of, rows)}

    async def batch(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetter | None
    ) -> Sequence[DeadLetter]:
        statement, values = _page(DEAD_LETTERS.names, query, after, ">", "failed_at, id")
        return [dead_letter_of(row) for row in await self._rows(statement, values, limit)]

    async def tally(self, query: DeadLetterQuery) -> Mapping[str, int]:
        where, values = _where(query)
        statement = f"SELECT reason, count(*) FROM dead_letters WHERE {where} GROUP BY reason"
        rows = await self._database.read(lambda c: rows_of(c, statement, values))
        return {row[0]: row[1] for row in rows}

    async def settle(self, ids: Sequence[UUID], settlement: Settlement) -> int:
        return len(await self._database.write(lambda c: settle(c, ids, settlement)))

    async def _rows(
        self, statement: str, values: Mapping[str, Any], limit: int
    ) -> Sequence[Sequence[Any]]:
        given = {**values, "limit": limit}
        return await self._database.read(lambda c: rows_of(c, statement, given))


def _page(
    columns: str, query: DeadLetterQuery, after: DeadLetterOutline | None, behind: str, order: str
) -> tuple[str, dict[str, Any]]:
    """The statement and its values, but for the limit."""
    where, values = _where(query)
    if after is not None:
        where = f"{where} AND (failed_at, id) {behind} (:after, :after_id)"
        values |= {"after": after.failed_at, "after_id": after.id}
    return f"SELECT {columns} FROM dead_letters WHERE {where} ORDER BY {order} LIMIT :limit", values


def _where(query: DeadLetterQuery) -> tuple[str, dict[str, Any]]:
    conditions = {
        "reason = :reason": query.reason,
        "channel = :channel": query.channel,
        "message_type = :message_type": query.message_type,
        "event_id = :event_id": query.event_id,
        "failed_at >= :failed_from": query.failed_from,
        "failed_at < :failed_before": query.failed_before,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    values = {condition.rpartition(":")[2]: value for condition, value in given.items()}
    is_open = ["settled_as IS NULL"] if query.only_open else []
    return " AND ".join([*given, *is_open]) or "true", values
