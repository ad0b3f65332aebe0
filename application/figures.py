"""How does it go, all in all, without reading every row for each who asks?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from application.ports.clock import Clock
from application.ports.notification_history import NotificationHistory
from application.seldom import Seldom
from application.statistics import Statistics

#: Lengths of time that are remembered.
_MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of what was accepted since, or ever."""

    accepted_from: datetime | None
    statistics: Statistics


class Figures:
    """Each length of time is counted seldom, and one at a time: who works reads in between."""

    def __init__(self, history: NotificationHistory, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._known: dict[timedelta | None, Seldom[Counted]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, within: timedelta | None) -> Counted:
        """Of the time until now; None: ever. Raises StoreUnavailable."""
        if within not in self._known and len(self._known) >= _MOST:
            self._known.clear()
        seldom = Seldom(partial(self._count, within), clock=self._clock)
        return await self._known.setdefault(within, seldom)()

    async def _count(self, within: timedelta | None) -> Counted:
        async with self._one_at_a_time:
            since = None if within is None else self._clock.now() - within
            found = await self._history.statistics(accepted_from=since)
            return Counted(accepted_from=since, statistics=found)
