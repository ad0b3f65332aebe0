"""Which dead letters has nobody been told of yet, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from adapters.postgres.database import Database, rows_of
from adapters.postgres.rows import DEAD_LETTERS, dead_letter_of
from application.ports.dead_letter_outbox import DeadLetterOutbox
from domain.dead_letter import DeadLetter

_UNPUBLISHED = f"""
    SELECT {DEAD_LETTERS.names} FROM dead_letters WHERE NOT published
    ORDER BY failed_at, id LIMIT :limit"""
_MARK = text("UPDATE dead_letters SET published = true WHERE id = ANY(:ids) AND NOT published")


class PostgresDeadLetterOutbox(DeadLetterOutbox):
    """Two workers that look at once both find the same: it is published twice, equal by its key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unpublished(self, *, limit: int) -> Sequence[DeadLetter]:
        rows = await self._database.read(lambda c: rows_of(c, _UNPUBLISHED, {"limit": limit}))
        return [dead_letter_of(row) for row in rows]

    async def mark_published(self, ids: Sequence[UUID]) -> None:
        await self._database.write(lambda c: c.execute(_MARK, {"ids": list(ids)}))
