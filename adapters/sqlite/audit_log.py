"""Who looked, and who acted, as the file says?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_instant, to_microseconds
from application.ports.audit_log import AuditLog
from domain.audit import Action, AuditEntry

_APPEND = "INSERT INTO audit_log (at, by, action, about, words) VALUES (?, ?, ?, ?, ?)"
_LATEST = "SELECT at, by, action, about, words FROM audit_log ORDER BY n DESC LIMIT ?"


class SqliteAuditLog(AuditLog):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        rows = [
            (to_microseconds(each.at), each.by, each.action, each.about, each.words)
            for each in entries
        ]
        await self._database.change(_APPEND, rows)

    async def latest(self, *, limit: int) -> Sequence[AuditEntry]:
        rows = await self._database.read(lambda c: c.execute(_LATEST, (limit,)).fetchall())
        return [
            AuditEntry(at=to_instant(at), by=by, action=Action(action), about=about, words=words)
            for at, by, action, about, words in rows
        ]
