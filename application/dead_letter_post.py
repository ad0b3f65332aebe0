"""Who brings the dead letters to their topic, beside the lanes?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from application.ports.clock import Clock
from application.ports.telemetry import Telemetry
from application.publish_dead_letters import PublishDeadLetters
from domain.errors import TidingsError

LOOK_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterPost:
    publish: PublishDeadLetters
    clock: Clock
    telemetry: Telemetry

    async def turn(self) -> None:
        await self.publish()

    async def run(self, finished: asyncio.Event) -> None:
        """Until `finished` is set, and once more after that. What fails is tried again."""
        while not finished.is_set():
            await self._try()
            await self._rest(finished)
        await self._try()

    async def _try(self) -> None:
        try:
            await self.publish()
        except TidingsError as error:
            self.telemetry.trouble("dead letters", "publishing dead letters", error)

    async def _rest(self, finished: asyncio.Event) -> None:
        either = [
            asyncio.ensure_future(self.clock.sleep(LOOK_EVERY)),
            asyncio.ensure_future(finished.wait()),
        ]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in either:
                each.cancel()
