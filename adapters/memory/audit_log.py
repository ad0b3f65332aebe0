"""Who looked, and who acted, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.database import Database
from application.ports.audit_log import AuditLog
from domain.audit import AuditEntry


class MemoryAuditLog(AuditLog):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        self._database.reach()
        self._database.audit_log.extend(entries)

    async def latest(self, *, limit: int) -> Sequence[AuditEntry]:
        self._database.reach()
        return self._database.audit_log[::-1][:limit]
