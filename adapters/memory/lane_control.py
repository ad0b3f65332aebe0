"""Which lanes has somebody paused, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.memory.database import Database
from application.ports.lane_control import LaneControl
from domain.pause import Pause


class MemoryLaneControl(LaneControl):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def pauses(self) -> Mapping[str, Pause]:
        self._database.reach()
        return dict(self._database.pauses)

    async def pause(self, pause: Pause) -> Pause | None:
        self._database.reach()
        standing = self._database.pauses.get(pause.channel)
        if standing is None:
            self._database.pauses[pause.channel] = pause
        return standing

    async def resume(self, channel: str) -> Pause | None:
        self._database.reach()
        return self._database.pauses.pop(channel, None)
