"""Does this machine's clock keep to what a clock promises?"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from adapters.system.clock import MADE_UP_AT, SystemClock
from application.ports.clock import Clock
from tests.contracts.clock import HOUR, ClockContract, Time


class OfThisMachine(Time):
    """It is only seen to be set: nobody may set the clock of the machine that tests run on."""

    def __init__(self) -> None:
        self._set_by = 0.0

    def clock(self) -> Clock:
        return SystemClock(wall=lambda: time.time() + self._set_by)

    async def pass_(self, by: timedelta) -> None:
        await asyncio.sleep(by.total_seconds() / (1 - MADE_UP_AT))

    def set_machine(self, by: timedelta) -> None:
        self._set_by += by.total_seconds()


class SetBefore(OfThisMachine):
    """Its wall clock is set just after the clock has begun."""

    def __init__(self, by: timedelta) -> None:
        super().__init__()
        self._by = by

    def clock(self) -> Clock:
        clock = super().clock()
        self.set_machine(self._by)
        return clock


class TestSystemClock(ClockContract):
    def open_time(self) -> Time:
        return OfThisMachine()


class TestSystemClockThatWaitsForTheMachines(ClockContract):
    def open_time(self) -> Time:
        return SetBefore(-HOUR)


class TestSystemClockThatHurriesAfterTheMachines(ClockContract):
    def open_time(self) -> Time:
        return SetBefore(HOUR)
