"""Is what was begun handed over once, though its grant has become too old meanwhile?"""

from __future__ import annotations

from datetime import timedelta

from domain.status import Status
from tests.application.driver import Driver, many, once
from tests.builders import ADA, email_channel
from tests.runner import Run


class TestTheLimiterFailsWhenGrantsAreTakenAgain:
    def test_nobody_is_told_twice_nothing_is_left_and_the_lane_goes_on(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(20))
            driver.start()
            await driver.let_pass(1.5)
            driver.hurdles.fail("take")
            driver.sender.answer_again()
            await driver.let_pass(3)
            assert driver.is_running
            driver.publish("later")
            await driver.let_pass(3)
            assert driver.told == once(*many(20), "later")
            await driver.finish()
            assert driver.statuses() == {Status.SENT: 21}
            assert driver.in_hand == 0

        run(story(Driver(email_channel(concurrency=4))))

    def test_what_is_in_the_air_comes_to_its_end(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(3))
            driver.start()
            await driver.let_pass(1.5)
            driver.hurdles.fail("take", times=10)
            driver.sender.answer_again()
            await driver.let_pass(1)
            assert driver.told == once(*many(2))
            assert driver.statuses() == {Status.SENT: 2, Status.PENDING: 1}
            await driver.finish()

        run(story(Driver(email_channel(concurrency=2))))


class TestWhoHeldAGrant:
    def test_keeps_its_turn_when_it_is_taken_again(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(5), to=ADA)  # three may go now, and two queue
            driver.start()
            await driver.let_pass(2)
            assert driver.told == once("e1")
            driver.sender.answer_again()
            await driver.let_pass(1)
            assert driver.told == once("e1", "e2", "e3")
            await driver.let_pass(70)
            assert driver.told == once(*many(5))
            await driver.finish()

        run(story(Driver(email_channel(limit=3, concurrency=1))))


class TestALimiterThatIsSlowerThanItsGrants:
    def test_is_not_asked_without_end_and_all_goes_on_once_it_is_fast_again(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.limiter.takes = timedelta(seconds=1.1)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(20)
            assert driver.told == {}
            assert driver.hurdles.calls["take"] <= 20
            driver.limiter.takes = timedelta()
            await driver.let_pass(5)
            assert driver.told == once("e1")
            await driver.finish()
            assert driver.status("e1") is Status.SENT

        run(story(Driver()))

    def test_each_begin_is_tried_again_once_and_then_goes_back(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.limiter.takes = timedelta(seconds=1.1)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(2)
            assert driver.hurdles.calls["take"] == 2
            await driver.let_pass(0.5)
            assert [move.status for move in driver.trail("e1")][:2] == [
                Status.SENDING,
                Status.PENDING,
            ]
            await driver.finish()

        run(story(Driver()))
