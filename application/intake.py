"""Which events come next, and how far into the stream is everything durable?

The next batch is read while the one before it is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from application.accept_events import AcceptEvents, Reading
from application.ports.event_source import EventSource
from application.recorder import BATCH
from domain.record import Position, Record

NOTHING = Reading()


class Intake:
    """One lane's reading of its source. One caller reads; another may commit beside it."""

    def __init__(self, source: EventSource, accept_events: AcceptEvents) -> None:
        self._source = source
        self._accept_events = accept_events
        self._reading = NOTHING
        self._ahead: asyncio.Task[Reading] | None = None
        self._uncommitted: dict[tuple[str, int], Position] = {}

    async def next(self, wait_for: timedelta) -> Reading:
        """What was read before and is not done yet comes first."""
        if self._reading.records:
            await self.show_life()
            return self._reading
        if self._ahead is None:
            self._reading = await self._read(wait_for)
        else:
            await asyncio.wait({self._ahead})  # it stays, should its reader be cancelled just now
            ahead, self._ahead = self._ahead, None
            self._reading = ahead.result()
        return self._reading

    def read_ahead(self, wait_for: timedelta) -> None:
        """Begin to read what comes after what `next` has given."""
        if self._ahead is None:
            self._ahead = asyncio.create_task(self._read(wait_for))

    async def show_life(self) -> None:
        """As long as nothing is read; who reads shows life by that."""
        if self._ahead is None or self._ahead.done():
            await self._source.poll(limit=0, wait_for=timedelta())

    def done(self, count: int) -> None:
        """The first `count` records of what `next` has given are durable."""
        self._note(self._reading.records[:count])
        self._reading = self._reading.without_first(count)

    async def commit(self) -> None:
        """What could not be committed is committed with the next batch, or before it."""
        positions, self._uncommitted = self._uncommitted, {}
        if not positions:
            return
        try:
            await self._source.commit(list(positions.values()))
        except BaseException:
            self._uncommitted = positions | self._uncommitted
            raise

    async def stop_reading(self) -> None:
        """What has been read ahead is kept: the source gives it no second time."""
        ahead = self._ahead
        if ahead is None:
            return
        ahead.cancel()
        await asyncio.wait({ahead})
        if ahead.cancelled() or ahead.exception() is not None:
            self._ahead = None

    async def _read(self, wait_for: timedelta) -> Reading:
        return self._accept_events.read(await self._source.poll(limit=BATCH, wait_for=wait_for))

    def _note(self, records: Iterable[Record]) -> None:
        for record in records:
            position = record.position
            self._uncommitted[position.topic, position.partition] = position
