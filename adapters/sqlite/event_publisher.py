"""How does an event get into the stream that lies in the file?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_microseconds
from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.clock import Clock
from application.ports.event_publisher import EventPublisher


class SqliteEventPublisher(EventPublisher):
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def publish(self, values: Sequence[bytes]) -> None:
        now = to_microseconds(self._clock.now())
        statement = "INSERT INTO records (value, appended_at) VALUES (?, ?)"
        try:
            await self._database.change(statement, [(value, now) for value in values])
        except StoreUnavailable as error:
            fix = f"{error.fix}; then publish again: what has the same id is told once"
            raise StreamUnavailable(error.problem, fix=fix) from error
