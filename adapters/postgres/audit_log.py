"""Who looked, and who acted, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from adapters.postgres.database import Database, rows_of
from application.ports.audit_log import AuditLog
from domain.audit import Action, AuditEntry

_APPEND = text("""
    INSERT INTO audit_log (at, by, action, about, words)
    VALUES (:at, :by, :action, :about, :words)""")
_LATEST = "SELECT at, by, action, about, words FROM audit_log ORDER BY n DESC LIMIT :limit"


class PostgresAuditLog(AuditLog):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        rows = [
            {
                "at": each.at,
                "by": each.by,
                "action": each.action,
                "about": each.about,
                "words": each.words,
            }
            for each in entries
        ]
        if rows:
            await self._database.write(lambda c: c.execute(_APPEND, rows))

    async def latest(self, *, limit: int) -> Sequence[AuditEntry]:
        rows = await self._database.read(lambda c: rows_of(c, _LATEST, {"limit": limit}))
        return [
            AuditEntry(at=at, by=by, action=Action(action), about=about, words=words)
            for at, by, action, about, words in rows
        ]
