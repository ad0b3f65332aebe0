"""Is every record told once, whatever fails while it is accepted?"""

from __future__ import annotations

import pytest

from application.errors import StoreUnavailable
from domain.dead_letter import UNREADABLE
from domain.status import Status
from tests.application.driver import Driver, many, once
from tests.builders import at
from tests.runner import Run


class TestARowIsRefused:
    def test_it_becomes_a_dead_letter_and_its_neighbours_are_told(self, run: Run) -> None:
        driver = Driver()
        driver.database.will_refuse("bad")
        driver.publish("e1", "e2", "bad", "e3")
        assert run(driver.turn()) is None
        assert driver.told == once(*many(3))
        assert [letter.reason for letter in run(driver.letters())] == [UNREADABLE]

    @pytest.mark.parametrize("passed", range(1, 7))
    def test_and_the_store_goes_away_before_its_neighbours_are_through(
        self, run: Run, passed: int
    ) -> None:
        driver = Driver()
        driver.database.will_refuse("bad")
        driver.publish("e1", "e2", "bad", "e3", "e4")
        driver.hurdles.fail("accept", after=passed)
        while run(driver.turn()) is not None:
            assert driver.recorder.in_hand == 0
        run(driver.pass_turns(600))
        assert driver.told == once(*many(4))
        assert driver.statuses() == {Status.SENT: 4}
        assert driver.in_hand == driver.recorder.in_hand == 0
        assert len(run(driver.letters())) == 1
        assert run(driver.lane.is_at_rest())

    def test_those_that_wait_for_their_time_are_told_at_it(self, run: Run) -> None:
        driver = Driver()
        driver.database.will_refuse("bad")
        driver.publish("e1", "e2", "bad", "e3", sendAt=at(60))
        driver.hurdles.fail("accept", after=2)
        assert isinstance(run(driver.turn()), StoreUnavailable)
        run(driver.turn())
        run(driver.pass_turns(59))
        assert driver.told == {}
        run(driver.pass_turns(1))
        assert driver.told == once(*many(3))


class TestTheAnswerOfTheStoreDoesNotArrive:
    def test_what_it_took_is_told_once_by_a_lane_that_goes_on(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.database.will_refuse("bad")
            driver.publish(*many(3), "bad", *many(3, first=4))
            driver.hurdles.fail("accept", after=2, times=3)
            driver.start()
            await driver.let_pass(10)
            assert driver.is_running
            await driver.finish()
            assert driver.told == once(*many(6))
            assert driver.statuses() == {Status.SENT: 6}
            assert driver.in_hand == 0

        run(story(Driver()))


class TestTwoThingsUnderOneIdAtOnce:
    """The first stands; what the second one would have come to is nothing to it."""

    def test_the_first_fails_by_its_address_and_the_second_would_go(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", to="nobody")
        driver.publish("e1", "e2")
        assert run(driver.turn()) is None
        assert driver.told == once("e2")
        assert driver.status("e1") is Status.FAILED
        assert driver.recorder.in_hand == 0

    def test_the_first_waits_for_its_time_and_the_second_would_go(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", sendAt=at(60))
        driver.publish("e1", "e2")
        assert run(driver.turn()) is None
        assert driver.told == once("e2")
        run(driver.pass_turns(60))
        assert driver.told == once("e1", "e2")
        assert driver.in_hand == driver.recorder.in_hand == 0


class TestTheLimiterFails:
    def test_the_same_records_are_told_once_when_it_is_back(self, run: Run) -> None:
        driver = Driver()
        driver.publish(*many(3))
        driver.hurdles.fail("take")
        assert isinstance(run(driver.turn()), StoreUnavailable)
        assert driver.recorder.in_hand == 0
        assert run(driver.turn()) is None
        assert driver.told == once(*many(3))
