"""Where do events come from, while the process lives?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from adapters.memory.stream import Stream
from application.errors import StreamUnavailable
from application.ports.clock import Clock
from application.ports.event_source import EventSource
from domain.record import Position, Record


class MemoryEventSource(EventSource):
    def __init__(self, stream: Stream, group: str, clock: Clock) -> None:
        self._stream = stream
        self._group = group
        self._clock = clock
        self._next = stream.committed[group]

    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:
        if not (batch := self._read(limit)) and limit and wait_for:
            await self._clock.sleep(wait_for)
            batch = self._read(limit)
        self._next += len(batch)
        return batch

    async def commit(self, positions: Sequence[Position]) -> None:
        self._stream.reach()
        done = max((position.offset + 1 for position in positions), default=0)
        self._stream.committed[self._group] = max(self._stream.committed[self._group], done)

    async def lag(self) -> int:
        self._stream.reach()
        return len(self._stream.records) - self._stream.committed[self._group]

    def _read(self, limit: int) -> list[Record]:
        try:
            self._stream.reach()
        except StreamUnavailable:
            self._next = self._stream.committed[self._group]
            raise
        return self._stream.records[self._next : self._next + limit]
