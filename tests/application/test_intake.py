"""Is what was read ahead told, whatever happens before its turn comes?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from application.arrival import Arrival
from application.errors import StreamUnavailable
from application.intake import Intake
from tests.application.driver import Driver
from tests.runner import Run

AT_ONCE = timedelta()
LATER = timedelta(seconds=5)


async def one_in_hand(driver: Driver) -> Intake:
    """e1 is read and not done yet."""
    intake = Intake(driver.source, driver.accept_events)
    driver.publish("e1")
    assert await ids(intake) == ["e1"]
    return intake


async def ids(intake: Intake) -> list[str]:
    """What comes next, and is done then."""
    reading = await intake.next(AT_ONCE)
    arrived = [find.event.id for find in reading.finds if isinstance(find, Arrival)]
    intake.done(len(reading.records))
    return arrived


@pytest.fixture
def driver() -> Driver:
    return Driver()


class TestWhatIsReadAhead:
    def test_comes_next(self, driver: Driver, run: Run) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            driver.publish("e2", "e3")
            intake.read_ahead(AT_ONCE)
            assert await ids(intake) == ["e2", "e3"]
            assert await ids(intake) == []

        run(story())

    def test_is_kept_when_the_reading_stops(self, driver: Driver, run: Run) -> None:
        """The source gives it no second time, and later commits would pass over it."""

        async def story() -> None:
            intake = await one_in_hand(driver)
            driver.publish("e2")
            intake.read_ahead(AT_ONCE)
            await asyncio.sleep(0)
            await intake.stop_reading()
            driver.publish("e3")
            assert await ids(intake) == ["e2"]
            assert await ids(intake) == ["e3"]

        run(story())

    def test_is_kept_when_who_waits_for_it_is_cancelled_just_as_it_comes(
        self, driver: Driver, run: Run
    ) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            driver.publish("e2")
            intake.read_ahead(AT_ONCE)
            waiting = asyncio.create_task(ids(intake))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
            await intake.stop_reading()
            assert await ids(intake) == ["e2"]

        run(story())

    def test_that_has_found_nothing_yet_is_given_up_and_loses_nothing(
        self, driver: Driver, run: Run
    ) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            intake.read_ahead(LATER)
            await asyncio.sleep(0)
            await intake.stop_reading()
            driver.publish("e2")
            assert await ids(intake) == ["e2"]

        run(story())

    def test_may_fail_and_is_read_when_the_stream_is_back(self, driver: Driver, run: Run) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            await intake.commit()
            driver.publish("e2")
            driver.stream.go_away()
            intake.read_ahead(AT_ONCE)
            with pytest.raises(StreamUnavailable):
                await ids(intake)
            driver.stream.come_back()
            assert await ids(intake) == ["e2"]

        run(story())

    def test_is_not_committed_before_it_is_done(self, driver: Driver, run: Run) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            driver.publish("e2")
            intake.read_ahead(AT_ONCE)
            await asyncio.sleep(0)
            await intake.commit()
            assert await driver.source.lag() == 1
            assert await ids(intake) == ["e2"]
            await intake.commit()
            assert await driver.source.lag() == 0

        run(story())


class TestACommit:
    def test_that_failed_is_made_up_for(self, driver: Driver, run: Run) -> None:
        async def story() -> None:
            intake = await one_in_hand(driver)
            driver.stream.go_away()
            with pytest.raises(StreamUnavailable):
                await intake.commit()
            driver.stream.come_back()
            await intake.commit()
            assert await driver.source.lag() == 0

        run(story())


class TestASignOfLife:
    def test_is_given_while_what_was_read_waits(self, driver: Driver, run: Run) -> None:
        async def story() -> None:
            intake = Intake(driver.source, driver.accept_events)
            driver.publish("e1")
            await intake.next(AT_ONCE)
            before = len(driver.source.signs_of_life)
            await intake.next(AT_ONCE)
            assert len(driver.source.signs_of_life) == before + 1

        run(story())

    def test_is_left_to_who_reads(self, driver: Driver, run: Run) -> None:
        """One caller at a time may ask the source."""

        async def story() -> None:
            intake = await one_in_hand(driver)
            intake.read_ahead(LATER)
            await asyncio.sleep(0)
            await intake.show_life()
            assert driver.source.signs_of_life == []
            await intake.stop_reading()

        run(story())
