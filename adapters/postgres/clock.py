"""What time is it, as all workers agree by the clock of their database?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import text

from adapters.postgres.database import Database
from application.errors import StoreUnavailable
from application.ports.clock import Clock

_MEASURE_EVERY = 5.0  # seconds
_SOON_ENOUGH = 0.5  # seconds
_WORTH_TELLING = timedelta(seconds=1)
_TIME = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS float8)")


async def database_time(database: Database) -> datetime:
    """For who asks only once. Raises StoreUnavailable."""
    return datetime.fromtimestamp(await _ask(database), UTC)


async def _ask(database: Database) -> float:
    told: float = await database.claim(lambda connection: connection.scalar(_TIME))
    return told


class Slewed(Protocol):
    """Makes a clock that begins with a wall clock, goes steadily, and follows it slowly."""

    def __call__(self, *, steady: Callable[[], float], wall: Callable[[], float]) -> Clock: ...


class PostgresClock(Clock):
    """The database's time, carried on between two looks at it by what nobody can set.

    Until it is opened it is this machine's. `tell` hears of a machine whose own clock is wrong
    by more than a second.
    """

    def __init__(
        self,
        database: Database,
        slewed: Slewed,
        *,
        steady: Callable[[], float],
        wall: Callable[[], float] = time.time,
        tell: Callable[[timedelta], None],
    ) -> None:
        self._database = database
        self._slewed = slewed
        self._steady = steady
        self._wall = wall
        self._tell = tell
        self._ahead = wall() - steady()
        self._clock = slewed(steady=steady, wall=wall)
        self._measuring: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, for_: timedelta) -> None:
        await self._clock.sleep(for_)

    async def open(self) -> None:
        """The database is open. Raises StoreUnavailable."""
        self._ahead, _ = await self._measured()
        self._clock = self._slewed(steady=self._steady, wall=self._as_measured)
        apart = timedelta(seconds=self._as_measured() - self._wall())
        if abs(apart) > _WORTH_TELLING:
            self._tell(apart)
        self._measuring = asyncio.create_task(self._keep_measuring())

    async def close(self) -> None:
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
            self._measuring = None

    async def measure(self) -> None:
        """An answer that came late says too little. Raises StoreUnavailable."""
        ahead, took = await self._measured()
        if took <= _SOON_ENOUGH:
            self._ahead = ahead

    async def _measured(self) -> tuple[float, float]:
        asked_at = self._steady()
        there = await _ask(self._database)
        took = self._steady() - asked_at
        return there - (asked_at + took / 2), took

    def _as_measured(self) -> float:
        return self._steady() + self._ahead

    async def _keep_measuring(self) -> None:
        while True:
            await asyncio.sleep(_MEASURE_EVERY)
            with suppress(StoreUnavailable):  # meanwhile it is carried on
                await self.measure()
