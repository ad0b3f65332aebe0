"""What does every Clock keep to?"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from application.ports.clock import Clock
from tests.runner import Run

STEP = timedelta(milliseconds=20)
NO_TIME = timedelta()
HOUR = timedelta(hours=1)


class Time(ABC):
    """A clock, and a way to let its time pass."""

    @abstractmethod
    def clock(self) -> Clock: ...

    @abstractmethod
    async def pass_(self, by: timedelta) -> None:
        """Let at least so much time pass, by the clock, and whoever sleeps wake."""

    def set_machine(self, by: timedelta) -> None:  # noqa: B027 - it may have nothing to do with it
        """Set the machine's clock."""


class ClockContract(ABC):
    @abstractmethod
    def open_time(self) -> Time: ...

    @pytest.fixture
    def time(self) -> Time:
        return self.open_time()

    @pytest.fixture
    def clock(self, time: Time) -> Clock:
        return time.clock()

    def test_instants_are_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta()

    def test_it_never_goes_back(self, time: Time, clock: Clock, run: Run) -> None:
        instants = [clock.now() for _ in range(1000)]
        run(time.pass_(STEP))
        instants.append(clock.now())
        assert instants == sorted(instants)
        assert instants[-1] - instants[0] >= STEP

    @pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])
    def test_when_the_machines_clock_is_set_it_goes_on_steadily(
        self, time: Time, clock: Clock, run: Run, by: timedelta
    ) -> None:
        instants = [clock.now()]
        time.set_machine(by)
        for _ in range(10):
            instants += [clock.now() for _ in range(100)]
            run(time.pass_(STEP))
        assert instants == sorted(instants)
        assert instants[-1] - instants[0] < HOUR / 2

    def test_a_sleeper_comes_back_once_this_much_time_has_passed_by_this_clock(
        self, time: Time, clock: Clock, run: Run
    ) -> None:
        async def sleep() -> timedelta:
            began = clock.now()
            sleeper = asyncio.ensure_future(clock.sleep(2 * STEP))
            await asyncio.wait({sleeper}, timeout=0)
            assert not sleeper.done()
            for _ in range(100):
                if not sleeper.done():
                    await time.pass_(STEP / 2)
            assert sleeper.done()
            return clock.now() - began

        assert run(sleep()) >= 2 * STEP

    @pytest.mark.parametrize("for_", [NO_TIME, -STEP], ids=["no time", "less than no time"])
    def test_a_sleep_of_no_time_comes_back_at_once(
        self, clock: Clock, run: Run, for_: timedelta
    ) -> None:
        run(asyncio.wait_for(clock.sleep(for_), timeout=10))

    def test_each_sleeper_comes_back_in_its_own_time(
        self, time: Time, clock: Clock, run: Run
    ) -> None:
        woken: list[int] = []

        async def sleep(steps: int) -> None:
            await clock.sleep(steps * STEP)
            woken.append(steps)

        async def scenario() -> None:
            sleepers = {asyncio.ensure_future(sleep(steps)) for steps in (5, 1, 3)}
            for _ in range(20):
                await asyncio.wait(sleepers, timeout=0)
                await time.pass_(STEP)

        run(scenario())
        assert woken == [1, 3, 5]

    def test_a_sleeper_that_is_cut_off_wakes_nobody(
        self, time: Time, clock: Clock, run: Run
    ) -> None:
        async def scenario() -> None:
            cut_off, other = (asyncio.ensure_future(clock.sleep(STEP)) for _ in range(2))
            await asyncio.wait({cut_off, other}, timeout=0)
            cut_off.cancel()
            for _ in range(20):
                await time.pass_(STEP)
            assert other.done()
            assert cut_off.cancelled()
            assert not other.cancelled()

        run(scenario())
