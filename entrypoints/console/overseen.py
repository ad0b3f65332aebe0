"""How does it go, all in all, without counting all rows each time that a page renews itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from application.list_lanes import LaneState
from application.ports.dead_letters import DeadLetterQuery
from application.seldom import Seldom
from application.statistics import Statistics, Stretch
from entrypoints.container import Tidings

#: So long who asks waits for figures that are fresh, if there are older ones.
_PATIENCE = 0.1


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
        self._known: dict[timedelta, Seldom[Overview]] = {}

    async def overview(self, span: timedelta, *, each: timedelta) -> Overview:
        """In slots of that length. Raises StoreUnavailable."""
        count, clock = partial(self._count, span, each), self._tidings.clock
        seldom = Seldom(count, clock=clock, patience=_PATIENCE)
        return await self._known.setdefault(span, seldom)()

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
            unread=await tidings.unread(),
            lanes=await tidings.list_lanes(tidings.lanes),
        )


def _floor(instant: datetime, each: timedelta) -> datetime:
    """So that a slot stays where it is while time goes on."""
    return instant - (instant - datetime.min.replace(tzinfo=UTC)) % each
