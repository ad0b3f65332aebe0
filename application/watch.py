"""What does somebody who watches the service see, at any moment and at no cost to it?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from application.health import Finding, Health, finding_of, liveness_of, provider_of
from application.lane import Lane
from application.lookout import Lookout
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetterQuery, DeadLetters
from application.ports.neighbour import Neighbour, Sight
from application.ports.notification_history import NotificationHistory
from application.statistics import Backlog

T = TypeVar("T")

_NEIGHBOURS_EVERY = timedelta(seconds=5)
_COUNT_EVERY = timedelta(seconds=10)
_PATIENCE = timedelta(seconds=5)
#: Of the time, at most, so that counting what waits holds up nobody.
_COUNTING_SHARE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Connections that are shared."""

    in_use: int
    at_most: int


Pools = Callable[[], Mapping[str, Pool]]


class Watch:
    """`run` looks, in the background; everything else answers from what was seen."""

    def __init__(
        self,
        *,
        lanes: Sequence[Lane],
        neighbours: Sequence[Neighbour],
        history: NotificationHistory,
        dead_letters: DeadLetters,
        pools: Pools,
        clock: Clock,
    ) -> None:
        self.lanes = lanes
        self.pools = pools
        self.clock = clock
        self.neighbours = [(each, self._lookout_on(each)) for each in neighbours]

        async def backlog() -> Mapping[str, Backlog]:
            return await history.backlog(now=clock.now())

        async def open_letters() -> Mapping[str, int]:
            return await dead_letters.tally(DeadLetterQuery())

        self.backlog = self._count("backlog", backlog)
        self.dead_letters = self._count("dead letters", open_letters)
        self.lags = {
            lane.channel.name: self._count(f"{lane.channel.name} lag", _lag_of(lane))
            for lane in lanes
        }

    def live(self) -> Health:
        now = self.clock.now()
        return Health(findings=[liveness_of(lane, now) for lane in self.lanes])

    def ready(self) -> Health:
        now = self.clock.now()
        providers = [each for lane in self.lanes if (each := provider_of(lane, now))]
        return Health(findings=[*self.of_neighbours(), *providers])

    def of_neighbours(self) -> Sequence[Finding]:
        now = self.clock.now()
        return [finding_of(neighbour, lookout, now) for neighbour, lookout in self.neighbours]

    @property
    def counts(self) -> Sequence[Lookout[Any]]:
        return [self.backlog, self.dead_letters, *self.lags.values()]

    async def look(self) -> None:
        """Once, at everything."""
        await asyncio.gather(*(lookout.look() for lookout in self._lookouts()))

    async def run(self, finished: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lookout in self._lookouts():
                tasks.create_task(lookout.run(finished))

    def _lookouts(self) -> Iterator[Lookout[Any]]:
        yield from self.counts
        for _, lookout in self.neighbours:
            yield lookout

    def _lookout_on(self, neighbour: Neighbour) -> Lookout[Sight]:
        return Lookout(
            neighbour.name,
            neighbour.look,
            clock=self.clock,
            every=_NEIGHBOURS_EVERY,
            patience=_PATIENCE,
        )

    def _count(self, what: str, count: Callable[[], Awaitable[T]]) -> Lookout[T]:
        return Lookout(
            what,
            count,
            clock=self.clock,
            every=_COUNT_EVERY,
            patience=_PATIENCE,
            share=_COUNTING_SHARE,
        )


def _lag_of(lane: Lane) -> Callable[[], Awaitable[int | None]]:
    async def lag() -> int | None:
        """None where it does not work: who looks on from outside would count all again."""
        return await lane.lag() if lane.is_at_work else None

    return lag
