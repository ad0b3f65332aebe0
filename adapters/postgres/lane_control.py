"""Which lanes has somebody paused, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database, rows_of
from application.ports.lane_control import LaneControl
from domain.pause import Pause

_COLUMNS = "channel, paused_at, paused_by, why"
_ALL = f"SELECT {_COLUMNS} FROM pauses"
#: Waits for another that pauses it at the same time, to be told of its pause.
_PAUSE = text(f"""
    INSERT INTO pauses ({_COLUMNS}) VALUES (:channel, :at, :by, :why)
    ON CONFLICT (channel) DO NOTHING RETURNING channel""")
_STANDING = f"{_ALL} WHERE channel = :channel"
_RESUME = f"DELETE FROM pauses WHERE channel = :channel RETURNING {_COLUMNS}"


class PostgresLaneControl(LaneControl):
    """Over the connections of claims: a lane is stopped however much is written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pauses(self) -> Mapping[str, Pause]:
        rows = await self._database.claim(lambda c: rows_of(c, _ALL, {}))
        return {pause.channel: pause for pause in map(_pause_of, rows)}

    async def pause(self, pause: Pause) -> Pause | None:
        values = {
            "channel": pause.channel,
            "at": pause.paused_at,
            "by": pause.paused_by,
            "why": pause.why,
        }

        async def pause_it(connection: AsyncConnection) -> Pause | None:
            while await connection.scalar(_PAUSE, values) is None:
                if rows := await rows_of(connection, _STANDING, {"channel": pause.channel}):
                    return _pause_of(rows[0])  # none: it was resumed in between
            return None

        return await self._database.claim(pause_it)

    async def resume(self, channel: str) -> Pause | None:
        rows = await self._database.claim(lambda c: rows_of(c, _RESUME, {"channel": channel}))
        return _pause_of(rows[0]) if rows else None


def _pause_of(row: Sequence[Any]) -> Pause:
    channel, paused_at, paused_by, why = row
    return Pause(channel=channel, paused_at=paused_at, paused_by=paused_by, why=why)
