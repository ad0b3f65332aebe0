"""Does this machine's clock keep to what a clock promises?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from adapters.system.clock import SystemClock
from application.ports.clock import Clock
from tests.contracts.clock import ClockContract, Time


class OfThisMachine(Time):
    def clock(self) -> Clock:
        return SystemClock()

    async def pass_(self, by: timedelta) -> None:
        await asyncio.sleep(by.total_seconds())


class TestSystemClock(ClockContract):
    def open_time(self) -> Time:
        return OfThisMachine()
