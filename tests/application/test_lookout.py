"""Is whoever asks answered at once, from what was last seen?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from adapters.memory.clock import MemoryClock
from application.errors import StoreUnavailable
from application.lookout import Lookout
from tests.builders import NOON
from tests.runner import Run

AT_ONCE = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)


class Sea:
    """Answers as it is told to; by default with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()

    async def look(self) -> int:
        self.asked += 1
        await self.answers.wait()
        if self.error is not None:
            raise self.error
        return self.asked


def lookout_on(sea: Sea, clock: MemoryClock) -> Lookout[int]:
    return Lookout("sea", sea.look, clock=clock, every=SECOND, patience=AT_ONCE)


class TestALook:
    def test_is_remembered_with_its_age(self, run: Run) -> None:
        async def look() -> None:
            sea, clock = Sea(), MemoryClock(NOON)
            lookout = lookout_on(sea, clock)
            assert lookout.glimpse.age(clock.now()) is None
            await lookout.look()
            clock.advance(timedelta(seconds=7))
            assert lookout.glimpse.seen == 1
            assert lookout.glimpse.age(clock.now()) == timedelta(seconds=7)

        run(look())

    def test_that_fails_leaves_what_was_seen_before(self, run: Run) -> None:
        async def look() -> None:
            sea, clock = Sea(), MemoryClock(NOON)
            lookout = lookout_on(sea, clock)
            await lookout.look()
            sea.error = StoreUnavailable("away", fix="wait")
            await lookout.look()
            assert (lookout.glimpse.seen, lookout.glimpse.has_failed) == (1, True)
            assert lookout.glimpse.error is sea.error
            sea.error = None
            await lookout.look()
            assert (lookout.glimpse.seen, lookout.glimpse.has_failed) == (3, False)
            assert isinstance(lookout.glimpse.error, StoreUnavailable)

        run(look())

    def test_of_a_bug_does_not_tell_its_words(self, run: Run) -> None:
        async def look() -> None:
            sea = Sea()
            sea.error = ValueError("ada@example.com")
            lookout = lookout_on(sea, MemoryClock(NOON))
            await lookout.look()
            assert lookout.glimpse.error == "ValueError"

        run(look())

    def test_that_is_too_slow_has_failed_and_is_not_begun_twice(self, run: Run) -> None:
        async def look() -> None:
            sea = Sea()
            sea.answers.clear()
            lookout = lookout_on(sea, MemoryClock(NOON))
            await lookout.look()
            await lookout.look()
            assert sea.asked == 1
            assert lookout.glimpse.has_failed
            assert "no answer within" in str(lookout.glimpse.error)
            sea.answers.set()
            await lookout.look()
            assert (lookout.glimpse.seen, lookout.glimpse.has_failed) == (1, False)

        run(look())
