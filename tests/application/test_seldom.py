"""Is what costs much counted seldom, and is whoever asks answered soon?"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.notification_history import MemoryNotificationHistory
from application.errors import StoreUnavailable
from application.figures import Figures
from application.seldom import FRESH_FOR, Seldom
from application.statistics import Statistics
from tests.builders import NOON
from tests.runner import Run, together


class Heap:
    """Answers how often it was counted, which takes some time of the clock."""

    def __init__(self, *, takes: timedelta = timedelta()) -> None:
        self.clock = MemoryClock(NOON)
        self.counted = 0
        self.is_away = False
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self._takes = takes

    async def count(self) -> int:
        self.counted += 1
        await self.may_go_on.wait()
        self.clock.advance(self._takes)
        if self.is_away:
            raise StoreUnavailable("away", fix="wait")
        return self.counted


class TestWhatCostsMuch:
    def test_is_counted_once_for_all_who_ask_at_that_time(self, run: Run) -> None:
        heap = Heap()
        count = Seldom(heap.count, clock=heap.clock)
        assert run(together(count(), count())) == [1, 1]
        assert run(count()) == 1

    def test_is_counted_anew_after_some_seconds(self, run: Run) -> None:
        heap = Heap()
        count = Seldom(heap.count, clock=heap.clock)
        run(count())
        heap.clock.advance(FRESH_FOR)
        assert run(count()) == 2

    @pytest.mark.parametrize(("takes", "rests"), [(1, 20), (60, 60)], ids=["a second", "a minute"])
    def test_takes_little_of_the_time(self, run: Run, takes: int, rests: int) -> None:
        heap = Heap(takes=timedelta(seconds=takes))
        count = Seldom(heap.count, clock=heap.clock)
        run(count())
        heap.clock.advance(timedelta(seconds=rests - 1))
        assert run(count()) == 1
        heap.clock.advance(timedelta(seconds=1))
        assert run(count()) == 2

    def test_is_what_it_was_for_who_would_wait_too_long(self, run: Run) -> None:
        async def ask() -> None:
            heap = Heap()
            count = Seldom(heap.count, clock=heap.clock, patience=0)
            assert await count() == 1
            heap.may_go_on.clear()
            heap.clock.advance(FRESH_FOR)
            assert await count() == 1
            heap.may_go_on.set()
            await asyncio.sleep(0)
            assert await count() == 2

        run(ask())

    def test_is_asked_for_again_once_it_could_not_be_counted(self, run: Run) -> None:
        heap = Heap()
        count = Seldom(heap.count, clock=heap.clock)
        heap.is_away = True
        with pytest.raises(StoreUnavailable):
            run(count())
        heap.is_away = False
        assert run(count()) == 2

    def test_is_counted_on_if_who_asked_first_goes_away(self, run: Run) -> None:
        async def ask() -> None:
            heap = Heap()
            heap.may_go_on.clear()
            count = Seldom(heap.count, clock=heap.clock)
            first, second = asyncio.create_task(count()), asyncio.create_task(count())
            await asyncio.sleep(0)
            first.cancel()
            heap.may_go_on.set()
            assert await second == 1

        run(ask())


class SlowHistory(MemoryNotificationHistory):
    """Notes how often it was counted, and how many times at once at most."""

    counted = most_at_once = _now = 0

    async def statistics(self, *, accepted_from: datetime | None) -> Statistics:
        self._now += 1
        self.counted += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        return await super().statistics(accepted_from=accepted_from)


class TestFigures:
    def test_are_of_the_time_that_is_asked_for(self, run: Run) -> None:
        figures = Figures(SlowHistory(Database()), MemoryClock(NOON))
        hour = timedelta(hours=1)
        assert run(figures(None)).accepted_from is None
        assert run(figures(hour)).accepted_from == NOON - hour

    def test_of_many_lengths_of_time_are_counted_one_at_a_time(self, run: Run) -> None:
        history = SlowHistory(Database())
        figures = Figures(history, MemoryClock(NOON))
        asked = [figures(timedelta(hours=hours % 10 + 1)) for hours in range(30)]
        run(together(*asked))
        assert (history.counted, history.most_at_once) == (10, 1)
