"""Where do events come from, in one file?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from adapters.sqlite.bulk import Row
from adapters.sqlite.database import Database, Durability
from adapters.sqlite.rows import to_instant
from adapters.wire.trace_context import TRACEPARENT
from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.clock import Clock
from application.ports.event_source import EventSource
from domain.record import Position, Record

TOPIC = "notifications"
_NO_HEADERS: Mapping[str, bytes] = MappingProxyType({})
_LOOK_EVERY = timedelta(milliseconds=50)

_READ = """
    SELECT offset, value, appended_at, traceparent FROM records
    WHERE offset >= ? ORDER BY offset LIMIT ?"""
_COMMIT = """
    INSERT INTO places (reader, next_offset) VALUES (?, ?)
    ON CONFLICT (reader) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)"""
# Offsets begin at 1, and have gaps only where a person was forgotten: to count the records would
# read them all.
_LAG = """
    SELECT max(0, coalesce((SELECT max(offset) FROM records), 0)
    - coalesce((SELECT next_offset - 1 FROM places WHERE reader = ?), 0))"""


class SqliteEventSource(EventSource):
    """`reader` names the lane whose place in the stream this is."""

    def __init__(self, database: Database, reader: str, clock: Clock) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock
        self._next: int | None = None

    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:
        if limit <= 0:
            return []
        give_up_at = self._clock.now() + wait_for
        try:
            while not (rows := await self._read(limit)) and self._clock.now() < give_up_at:
                await self._clock.sleep(_LOOK_EVERY)
        except StoreUnavailable as error:
            self._next = None
            raise StreamUnavailable(error.problem, fix=error.fix, folder=error.folder) from error
        if rows:
            self._next = rows[-1][0] + 1
        return _records(rows)

    async def commit(self, positions: Sequence[Position]) -> None:
        if not positions:
            return
        next_offset = max(position.offset for position in positions) + 1
        try:
            # One that is lost in a power cut brings records again that are known by then.
            await self._database.change(
                _COMMIT, [(self._reader, next_offset)], durability=Durability.PROCESS
            )
        except StoreUnavailable as error:
            raise StreamUnavailable(error.problem, fix=error.fix, folder=error.folder) from error

    async def lag(self) -> int:
        try:
            [lag] = await self._database.read(
                lambda connection: connection.execute(_LAG, (self._reader,)).fetchone()
            )
        except StoreUnavailable as error:
            raise StreamUnavailable(error.problem, fix=error.fix, folder=error.folder) from error
        return int(lag)

    async def _read(self, limit: int) -> list[Row]:
        if self._next is None:
            self._next = await self._committed()
        place = self._next
        return await self._database.read(lambda c: c.execute(_READ, (place, limit)).fetchall())

    async def _committed(self) -> int:
        query = "SELECT next_offset FROM places WHERE reader = ?"
        row = await self._database.read(lambda c: c.execute(query, (self._reader,)).fetchone())
        return 0 if row is None else int(row[0])


def _records(rows: list[Row]) -> list[Record]:
    """What was published together was appended at one instant: it is read once."""
    instants = {at: to_instant(at) for at in {row[2] for row in rows}}
    return [
        Record(
            value=value,
            position=Position(topic=TOPIC, partition=0, offset=offset),
            appended_at=instants[appended_at],
            headers=_NO_HEADERS if traceparent is None else {TRACEPARENT: traceparent.encode()},
        )
        for offset, value, appended_at, traceparent in rows
    ]
