"""Which lanes has somebody paused, as the file says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_instant, to_microseconds
from application.ports.lane_control import LaneControl
from domain.pause import Pause

_SELECT = "SELECT channel, paused_at, paused_by, why FROM pauses"


class SqliteLaneControl(LaneControl):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def pauses(self) -> Mapping[str, Pause]:
        return await self._database.read(lambda connection: _pauses(connection, _SELECT))

    async def pause(self, pause: Pause) -> Pause | None:
        def pause_it(connection: sqlite3.Connection) -> Pause | None:
            if standing := _pause_of(connection, pause.channel):
                return standing
            connection.execute(
                "INSERT INTO pauses (channel, paused_at, paused_by, why) VALUES (?, ?, ?, ?)",
                (pause.channel, to_microseconds(pause.paused_at), pause.paused_by, pause.why),
            )
            return None

        return await self._database.write(pause_it)

    async def resume(self, channel: str) -> Pause | None:
        def resume_it(connection: sqlite3.Connection) -> Pause | None:
            standing = _pause_of(connection, channel)
            connection.execute("DELETE FROM pauses WHERE channel = ?", (channel,))
            return standing

        return await self._database.write(resume_it)


def _pause_of(connection: sqlite3.Connection, channel: str) -> Pause | None:
    return _pauses(connection, f"{_SELECT} WHERE channel = ?", channel).get(channel)


def _pauses(connection: sqlite3.Connection, statement: str, *values: str) -> dict[str, Pause]:
    return {
        channel: Pause(
            channel=channel, paused_at=to_instant(paused_at), paused_by=paused_by, why=why
        )
        for channel, paused_at, paused_by, why in connection.execute(statement, values)
    }
