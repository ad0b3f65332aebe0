"""What could not be read or served, as the process remembers it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.database import Database
from application.ports.dead_letters import DeadLetterQuery, DeadLetters
from domain.dead_letter import DeadLetter, DeadLetterOutline, Settlement


class MemoryDeadLetters(DeadLetters):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, dead_letters: Sequence[DeadLetter]) -> None:
        self._database.reach()
        for dead_letter in dead_letters:
            self._database.dead_letters.setdefault(dead_letter.id, dead_letter)

    async def latest(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetterOutline | None = None
    ) -> Sequence[DeadLetterOutline]:
        found = sorted(self._matching(query), key=_place, reverse=True)
        behind = [each for each in found if after is None or _place(each) < _place(after)]
        return [each.outline for each in behind[:limit]]

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, DeadLetter]:
        self._database.reach()
        kept = self._database.dead_letters
        return {id_: kept[id_] for id_ in ids if id_ in kept}

    async def batch(
        self, query: DeadLetterQuery, *, limit: int, after: DeadLetter | None
    ) -> Sequence[DeadLetter]:
        found = sorted(self._matching(query), key=_place)
        return [each for each in found if after is None or _place(each) > _place(after)][:limit]

    async def tally(self, query: DeadLetterQuery) -> Mapping[str, int]:
        return Counter(each.reason for each in self._matching(query))

    async def settle(self, ids: Sequence[UUID], settlement: Settlement) -> int:
        self._database.reach()
        return sum(self._database.settle(id_, settlement) for id_ in ids)

    def _matching(self, query: DeadLetterQuery) -> list[DeadLetter]:
        self._database.reach()
        return [each for each in self._database.dead_letters.values() if _matches(each, query)]


def _place(letter: DeadLetterOutline) -> tuple[datetime, bytes]:
    return letter.failed_at, letter.id.bytes


def _matches(letter: DeadLetter, query: DeadLetterQuery) -> bool:
    return (
        query.reason in (None, letter.reason)
        and query.channel in (None, letter.channel)
        and query.message_type in (None, letter.message_type)
        and query.event_id in (None, letter.event_id)
        and (query.failed_from is None or letter.failed_at >= query.failed_from)
        and (query.failed_before is None or letter.failed_at < query.failed_before)
        and not (query.only_open and letter.settlement is not None)
    )
