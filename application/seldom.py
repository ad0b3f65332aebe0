"""How is what costs much counted for whoever asks, and yet seldom?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from application.ports.clock import Clock

T = TypeVar("T")

FRESH_FOR = timedelta(seconds=3)
_LONGEST_REST = timedelta(minutes=1)
#: Counting takes at most this share of the time, down to once in the longest rest.
_COUNTING_SHARE = 0.05


class Seldom(Generic[T]):
    """Counted once for everybody who asks at that time. Who would wait for a new count longer
    than `patience`, in seconds, is given the last one, however old."""

    def __init__(
        self, count: Callable[[], Awaitable[T]], *, clock: Clock, patience: float | None = None
    ) -> None:
        self._count = count
        self._clock = clock
        self._patience = patience
        self._known: tuple[T, datetime] | None = None  #: and until when it is fresh
        self._counting: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """Raises what counting raised."""
        if self._known is not None and self._clock.now() < self._known[1]:
            return self._known[0]
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count_anew())
            self._counting.add_done_callback(_hear)
        counting = self._counting
        if self._known is not None and self._patience is not None:
            await asyncio.wait({counting}, timeout=self._patience)
            if not counting.done():
                return self._known[0]
        return await asyncio.shield(counting)

    async def _count_anew(self) -> T:
        begun_at = self._clock.now()
        counted = await self._count()
        ended_at = self._clock.now()
        rest = min((ended_at - begun_at) / _COUNTING_SHARE, _LONGEST_REST)
        self._known = counted, ended_at + max(rest, FRESH_FOR)
        return counted


def _hear(counting: asyncio.Task[T]) -> None:
    """Should nobody wait for it any more, what it raised is no news to anybody."""
    if not counting.cancelled():
        counting.exception()
