"""Is PostgreSQL there, with the schema that is needed?"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database
from adapters.postgres.version import check_version
from application.ports.neighbour import Neighbour, Sight

_FAR_APART = 1.0  # seconds
_TIME = text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS float8)")


class PostgresNeighbour(Neighbour):
    """Asked over a connection that never queues behind the lanes' writing."""

    name = "PostgreSQL"
    is_needed = True

    def __init__(self, database: Database, *, wall: Callable[[], float] = time.time) -> None:
        self._database = database
        self._wall = wall

    async def look(self) -> Sight:
        there: float = await self._database.claim(_checked_time)
        words = "there, with the schema that is needed"
        apart = there - self._wall()
        if abs(apart) > _FAR_APART:
            words += f"; its clock, which counts, is {apart:+.1f} s from this machine's"
        return Sight(words=words)


async def _checked_time(connection: AsyncConnection) -> float:
    await check_version(connection)
    told: float = await connection.scalar(_TIME)
    return told
