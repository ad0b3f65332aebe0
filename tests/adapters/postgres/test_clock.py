"""Does every worker go by the clock of the database, whatever its own machine shows?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.clock import PostgresClock
from adapters.postgres.database import Database
from adapters.postgres.options import PostgresOptions
from adapters.system.clock import SystemClock
from tests.runner import Run

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
NEARLY = 0.001


class Clocks(Database):
    """A steady clock, the machine's, and the database's behind a slow line; all moved by hand."""

    def __init__(self, *, machine_ahead: float = 0.0, line: float = 0.0) -> None:
        super().__init__(PostgresOptions(url="postgresql://nobody@nowhere/nothing"))
        self.steady = 1000.0
        self.line = line
        self.database_ahead = 0.0
        self.told: list[timedelta] = []
        self.jumped: list[timedelta] = []
        self.clock = PostgresClock(
            self,
            self._slewed,
            steady=lambda: self.steady,
            wall=lambda: NOON + self.steady - 1000.0 + machine_ahead,
            tell=self.told.append,
        )

    def _slewed(self, **given: Any) -> SystemClock:
        return SystemClock(tell=self.jumped.append, **given)

    @property
    def there(self) -> float:
        return NOON + self.steady - 1000.0 + self.database_ahead

    async def claim(self, work: object) -> Any:
        """What it says in the middle of the way there and back."""
        self.steady += self.line / 2
        there = self.there
        self.steady += self.line / 2
        return there

    def shown(self) -> float:
        return self.clock.now().timestamp()

    async def opened(self) -> Clocks:
        await self.clock.open()
        return self


@pytest.mark.parametrize("ahead", [-3600.0, 0.0, 3600.0], ids=["behind", "right", "ahead"])
@pytest.mark.parametrize("line", [0.0, 0.4], ids=["near", "far"])
def test_it_shows_the_databases_time_whatever_the_machine_says(
    ahead: float, line: float, run: Run
) -> None:
    async def story() -> None:
        clocks = await Clocks(machine_ahead=ahead, line=line).opened()
        assert clocks.shown() == pytest.approx(clocks.there, abs=NEARLY)
        clocks.steady += 7200.0
        assert clocks.shown() == pytest.approx(clocks.there, abs=NEARLY)
        assert [abs(each.total_seconds()) for each in clocks.told] == ([3600.0] if ahead else [])
        await clocks.clock.close()

    run(story())


class TestADatabaseWhoseClockIsSet:
    def test_is_followed_slowly_and_that_is_said(self, run: Run) -> None:
        async def story() -> None:
            clocks = await Clocks().opened()
            clocks.database_ahead = 10.0
            await clocks.clock.measure()
            before = clocks.shown()
            assert before == pytest.approx(NOON, abs=NEARLY)
            for _ in range(10):
                clocks.steady += 1.0
                shown = clocks.shown()
                assert 0.9 <= shown - before <= 1.1 + NEARLY
                before = shown
            assert clocks.jumped == [timedelta(seconds=10)]
            await clocks.clock.close()

        run(story())

    def test_is_not_believed_if_it_answers_late(self, run: Run) -> None:
        async def story() -> None:
            clocks = await Clocks().opened()
            clocks.database_ahead, clocks.line = 10.0, 5.0
            await clocks.clock.measure()
            clocks.steady += 100.0
            assert clocks.shown() == pytest.approx(clocks.there - 10.0, abs=NEARLY)
            await clocks.clock.close()

        run(story())


def test_a_clock_that_is_not_opened_is_the_machines() -> None:
    assert Clocks(machine_ahead=60.0).shown() == pytest.approx(NOON + 60.0, abs=NEARLY)
