"""What could not be read or served, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.database import Database
from application.ports.dead_letters import DeadLetters
from domain.dead_letter import DeadLetter


class MemoryDeadLetters(DeadLetters):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> None:
        self._database.reach()
        for dead_letter in dead_letters:
            self._database.dead_letters.setdefault(dead_letter.id, dead_letter)

    async def latest(self, *, limit: int, reason: str | None = None) -> Sequence[DeadLetter]:
        self._database.reach()
        newest_first = sorted(
            self._database.dead_letters.values(), key=lambda each: each.failed_at, reverse=True
        )
        return [each for each in newest_first if reason in (None, each.reason)][:limit]

    async def count(self, *, reason: str | None = None) -> int:
        self._database.reach()
        return sum(reason in (None, each.reason) for each in self._database.dead_letters.values())
