"""How does an event get into the stream that lies in the file?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_microseconds
from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.clock import Clock
from application.ports.event_publisher import EventPublisher

_Rows = list[tuple[bytes, str | None]]
_Waiting = tuple[_Rows, "asyncio.Future[None]"]

_APPEND = "INSERT INTO records (value, traceparent, appended_at) VALUES (?, ?, ?)"


class SqliteEventPublisher(EventPublisher):
    """Who comes while others are being written waits for the next step, which all of them share:
    the disk is waited for once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def publish(self, values: Sequence[bytes], *, traceparent: str | None = None) -> None:
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(([(value, traceparent) for value in values], written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        """Until nobody waits. Whoever has gone away meanwhile is written all the same."""
        group: list[_Waiting] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                error = await self._append([row for rows, _ in group for row in rows])
                for _, written in group:
                    if not written.done():
                        written.set_exception(error) if error else written.set_result(None)
        finally:
            self._writing = None
            for _, written in (*group, *self._waiting):
                written.cancel()  # only if it is itself cut off; what is done stays as it is

    async def _append(self, rows: _Rows) -> Exception | None:
        now = to_microseconds(self._clock.now())
        try:
            await self._database.change(_APPEND, [(*row, now) for row in rows])
        except StoreUnavailable as error:
            fix = f"{error.fix}; then publish again: what has the same id is told once"
            unavailable = StreamUnavailable(error.problem, fix=fix, folder=error.folder)
            unavailable.__cause__ = error
            return unavailable
        except Exception as bug:  # noqa: BLE001 - for whoever waits, as nobody else hears of it
            return bug
        return None
