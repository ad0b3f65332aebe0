"""Which dead letters has nobody been told of yet, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from adapters.memory.database import Database
from application.ports.dead_letter_outbox import DeadLetterOutbox
from domain.dead_letter import DeadLetter


class MemoryDeadLetterOutbox(DeadLetterOutbox):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def unpublished(self, *, limit: int) -> Sequence[DeadLetter]:
        self._database.reach()
        kept = self._database.dead_letters.values()
        waiting = [each for each in kept if each.id not in self._database.published]
        return sorted(waiting, key=lambda each: (each.failed_at, each.id.bytes))[:limit]

    async def mark_published(self, ids: Sequence[UUID]) -> None:
        self._database.reach()
        self._database.published.update(ids)
