"""Does this machine's clock keep to what a clock promises?"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.system.clock import MADE_UP_AT, SystemClock
from adapters.system.disk import Disk, room
from application.errors import StoreUnavailable
from application.ports.clock import Clock
from application.ports.neighbour import Neighbour
from tests.contracts.clock import HOUR, ClockContract, Time
from tests.contracts.neighbour import NeighbourContract, Quarter


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


class RoomOnADisk(Quarter):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def neighbour(self) -> Neighbour:
        return Disk(self._folder / "not" / "there" / "yet")


class TestDisk(NeighbourContract):
    def open_quarter(self, folder: Path) -> Quarter:
        return RoomOnADisk(folder)

    def test_one_that_is_nearly_full_is_said_to_be(self) -> None:
        assert room(100_000_000).fix is None
        assert "make room" in (room(99_999_999).fix or "")

    def test_one_that_is_full_is_away(self) -> None:
        assert room(5_000_000)
        with pytest.raises(StoreUnavailable, match="4 MB free") as caught:
            room(4_999_999)
        assert "make room" in caught.value.fix
