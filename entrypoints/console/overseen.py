"""How does it go, all in all, without counting all rows each time that a page renews itself?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from application.errors import StreamUnavailable
from application.list_lanes import LaneState
from application.ports.dead_letters import DeadLetterQuery
from application.statistics import Statistics, Stretch
from entrypoints.container import Tidings

_FRESH_FOR = 3.0  # seconds
#: So long who asks waits for figures that are fresh, if there are older ones.
_PATIENCE = 0.1
#: Counting takes at most this share of the time.
_COUNTING_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """As of `at`."""

    at: datetime
    slots: Sequence[datetime]
    pace: Sequence[Stretch]
    statistics: Statistics
    dead_letters: Mapping[str, int]
    unread: int | None  #: None: the stream is away
    lanes: Sequence[LaneState]


class Overseen:
    """Counted once for everybody who asks at that time. Who asks when that takes long is shown
    what was counted last, which says of when it is."""

    def __init__(self, tidings: Tidings) -> None:
        self._tidings = tidings
        self._known: dict[timedelta, tuple[Overview, float]] = {}
        self._counting: dict[timedelta, asyncio.Task[Overview]] = {}

    async def overview(self, span: timedelta, *, each: timedelta) -> Overview:
        """In slots of that length. Raises StoreUnavailable."""
        known, until = self._known.get(span, (None, 0.0))
        if known is not None and time.monotonic() < until:
            return known
        counting = self._counting.get(span)
        if counting is None or counting.done():
            counting = asyncio.create_task(self._count_anew(span, each))
            counting.add_done_callback(_hear)
            self._counting[span] = counting
        if known is not None:
            await asyncio.wait({counting}, timeout=_PATIENCE)
            if not counting.done():
                return known
        return await asyncio.shield(counting)

    async def _count_anew(self, span: timedelta, each: timedelta) -> Overview:
        begun = time.monotonic()
        counted = await self._count(span, each)
        took = time.monotonic() - begun
        fresh_for = max(_FRESH_FOR, took / _COUNTING_SHARE)
        self._known[span] = counted, time.monotonic() + fresh_for
        return counted

    async def _count(self, span: timedelta, each: timedelta) -> Overview:
        tidings = self._tidings
        now = tidings.clock.now()
        begin_at = _floor(now - span, each) + each
        slots = [begin_at + place * each for place in range(span // each)]
        return Overview(
            at=now,
            slots=slots,
            pace=await tidings.history.pace(begin_at=begin_at, end_at=slots[-1] + each, each=each),
            statistics=await tidings.history.statistics(accepted_from=now - span),
            dead_letters=await tidings.dead_letters.tally(DeadLetterQuery()),
            unread=await self._unread(),
            lanes=await tidings.list_lanes(tidings.lanes),
        )

    async def _unread(self) -> int | None:
        with suppress(StreamUnavailable):
            return await self._tidings.lanes.lag()
        return None


def _floor(instant: datetime, each: timedelta) -> datetime:
    """So that a slot stays where it is while time goes on."""
    return instant - (instant - datetime.min.replace(tzinfo=UTC)) % each


def _hear(counting: asyncio.Task[Overview]) -> None:
    """Should nobody wait for it any more, what it raised is no news to anybody."""
    if not counting.cancelled():
        counting.exception()
