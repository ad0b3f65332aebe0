"""How do all lanes of one process run together, and each fail alone?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.dead_letter_post import DeadLetterPost
from application.lane import AFTER_TROUBLE, Lane
from application.ports.clock import Clock
from application.ports.telemetry import Telemetry
from domain.circuit import Circuit


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    each: Sequence[Lane]
    clock: Clock
    telemetry: Telemetry
    post: DeadLetterPost | None = None  #: none where nobody reads of dead letters elsewhere

    @property
    def circuits(self) -> Mapping[str, Circuit]:
        """By channel, of the lanes that work in this process."""
        return {each.channel.name: each.circuit for each in self.each if each.is_at_work}

    async def turn(self) -> None:
        for lane in self.each:
            await lane.turn()
        if self.post is not None:
            await self.post.turn()

    async def is_at_rest(self) -> bool:
        return all([await lane.is_at_rest() for lane in self.each])

    async def next_due_at(self) -> datetime | None:
        """When something moves by itself next; None if only new events or people can move it."""
        instants = [await lane.next_due_at() for lane in self.each]
        return min((instant for instant in instants if instant is not None), default=None)

    def stop(self) -> None:
        for lane in self.each:
            lane.stop()

    async def leave(self) -> None:
        for lane in self.each:
            await lane.leave()

    async def lag(self) -> int:
        """How many records the slowest lane has still to read."""
        return max([await lane.lag() for lane in self.each], default=0)

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set and every lane has finished what it had begun."""
        finished = asyncio.Event()
        async with asyncio.TaskGroup() as beside:
            if self.post is not None:
                beside.create_task(self.post.run(finished))
            try:
                async with asyncio.TaskGroup() as tasks:
                    for lane in self.each:
                        tasks.create_task(self._keep_running(lane, stopping))
            finally:
                finished.set()

    async def _keep_running(self, lane: Lane, stopping: asyncio.Event) -> None:
        """A lane that breaks is begun again; the others never notice."""
        while not stopping.is_set():
            try:
                await lane.run(stopping)
            except* Exception as broken:  # noqa: BLE001 - one lane's bug is not the others'
                self.telemetry.trouble(lane.channel.name, "running the lane", broken)
                await self.clock.sleep(AFTER_TROUBLE)
