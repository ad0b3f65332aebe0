"""Does a paused lane begin nothing, keep everything, and go on where it was?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.errors import StoreUnavailable
from domain.lease import LEASE_FOR
from domain.pause import Pause
from domain.status import Status, Wait
from tests.application.driver import Driver, many, once
from tests.builders import NOON, at, email_channel
from tests.runner import Run

PAUSE = Pause(channel="email", paused_at=NOON, paused_by="Linus", why="the relay moves")


class TestAPauseWhileTheLaneRuns:
    def test_lets_what_was_begun_end_and_begins_nothing_more(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(10))
            driver.start()
            await driver.let_pass(0.5)
            await driver.lane_control.pause(PAUSE)
            await driver.let_pass(1.5)
            driver.sender.answer_again()
            await driver.let_pass(1)
            assert driver.statuses() == {Status.SENT: 2, Status.PENDING: 8}
            waiting = driver.notification("e3")
            assert (waiting.waiting_for, waiting.attempt) == (Wait.PAUSE, 0)
            await driver.lane_control.resume("email")
            await driver.let_pass(2)
            assert driver.told == once(*many(10))
            await driver.finish()

        run(story(Driver(email_channel(concurrency=2))))

    def test_does_not_let_the_stream_back_up(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            await driver.lane_control.pause(PAUSE)
            driver.publish(*many(50))
            driver.start()
            await driver.let_pass(3)
            assert await driver.lane.lag() == 0
            assert driver.statuses() == {Status.PENDING: 50}
            assert not driver.told
            await driver.finish()

        run(story(Driver(email_channel(in_flight=4))))

    def test_writes_nothing_of_what_waited_before_until_it_is_resumed(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.publish(*many(3), sendAt=at(5))
            driver.start()
            await driver.let_pass(1)
            await driver.lane_control.pause(PAUSE)
            await driver.let_pass(60)
            assert [len(driver.trail(each)) for each in many(3)] == [1, 1, 1]
            await driver.lane_control.resume("email")
            await driver.let_pass(2)
            assert [len(driver.trail(each)) for each in many(3)] == [3, 3, 3]
            assert driver.told == once(*many(3))
            await driver.finish()

        run(story(Driver()))

    @pytest.mark.parametrize("moment", [0.0, 0.1, 0.3, 1.0])
    def test_loses_and_repeats_nothing_however_often_it_comes(
        self, run: Run, moment: float
    ) -> None:
        async def story(driver: Driver) -> None:
            driver.start()
            for round_ in range(6):
                driver.publish(*many(10, first=10 * round_ + 1))
                await driver.let_pass(moment)
                await driver.lane_control.pause(PAUSE)
                await driver.let_pass(1 + moment)
                await driver.lane_control.resume("email")
            await driver.let_pass(3)
            await driver.finish()
            assert driver.told == once(*many(60))
            assert driver.statuses() == {Status.SENT: 60}
            assert not driver.in_hand

        run(story(Driver(email_channel(in_flight=7, concurrency=3))))


class TestTheSwitch:
    def test_is_read_before_anything_is_begun(self, run: Run) -> None:
        """However short ago it was read: who publishes after the pause is told of by nobody."""

        async def story(driver: Driver) -> None:
            driver.start()
            for second in range(1, 6):
                driver.publish(f"told-{second}")
                await driver.let_pass(0.3)
                await driver.lane_control.pause(PAUSE)
                driver.publish(f"held-{second}")
                await driver.let_pass(0.3)
                assert driver.status(f"held-{second}") is Status.PENDING
                await driver.lane_control.resume("email")
                await driver.let_pass(0.3)
                assert driver.status(f"held-{second}") is Status.SENT
            await driver.finish()

        run(story(Driver()))

    def test_is_read_anew_at_each_turn(self, run: Run) -> None:
        driver = Driver()
        run(driver.turn())
        run(driver.lane_control.pause(PAUSE))
        driver.publish("e1")
        run(driver.turn())
        assert not driver.told
        run(driver.lane_control.resume("email"))
        run(driver.turn())
        assert driver.told == once("e1")

    @pytest.mark.parametrize("is_paused", [True, False], ids=["paused", "going on"])
    def test_stands_as_it_was_where_it_cannot_be_read(self, run: Run, *, is_paused: bool) -> None:
        async def story(driver: Driver) -> None:
            if is_paused:
                await driver.lane_control.pause(PAUSE)
            driver.start()
            await driver.let_pass(0.5)
            driver.hurdles.fail("pauses", times=100)
            driver.publish("e1")
            await driver.let_pass(5)
            assert driver.told == ({} if is_paused else once("e1"))
            trouble = "email: reading its lane's switch: StoreUnavailable"
            assert 4 <= driver.telemetry.said.count(trouble) <= 6
            await driver.finish()

        run(story(Driver()))

    def test_lets_nothing_begin_before_it_was_read_once(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            await driver.lane_control.pause(PAUSE)
            driver.hurdles.fail("pauses", times=12)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(15)
            assert not driver.told
            assert driver.status("e1") is Status.PENDING
            await driver.finish()

        run(story(Driver()))

    def test_that_was_never_read_is_trouble_for_a_turn(self, run: Run) -> None:
        driver = Driver()
        driver.hurdles.fail("pauses")
        assert isinstance(run(driver.turn()), StoreUnavailable)

    def test_of_another_channel_is_none_of_its_business(self, run: Run) -> None:
        driver = Driver()
        run(driver.lane_control.pause(replace(PAUSE, channel="sms")))
        driver.publish("e1")
        run(driver.turn())
        assert driver.told == once("e1")


class TestWhatWaitsInAPausedLane:
    def test_leaves_it_at_rest(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", sendAt=at(60))
        driver.publish("e2")
        run(driver.lane_control.pause(PAUSE))
        run(driver.turn())
        assert run(driver.lane.next_due_at()) is None
        assert run(driver.lane.is_at_rest())
        run(driver.lane_control.resume("email"))
        run(driver.turn())
        assert run(driver.lane.next_due_at()) == at(60)
        assert not run(driver.lane.is_at_rest())

    def test_says_why_and_is_due_at_once(self, run: Run) -> None:
        driver = Driver()
        run(driver.lane_control.pause(PAUSE))
        driver.publish("e1")
        run(driver.turn())
        waiting = driver.notification("e1")
        assert (waiting.waiting_for, waiting.due_at) == (Wait.PAUSE, NOON)
        assert len(driver.trail("e1")) == 1

    def test_is_held_up_by_nothing_else_once_it_is_resumed(self, run: Run) -> None:
        """Of the rate rule, the pause has taken nothing."""
        driver = Driver(email_channel(limit=2))
        run(driver.lane_control.pause(PAUSE))
        driver.publish(*many(3), to="ada@example.com")
        run(driver.pass_turns(5))
        run(driver.lane_control.resume("email"))
        run(driver.turn())
        assert driver.told == once("e1", "e2")


class TestAWorkerThatDiedInAPausedLane:
    def test_leaves_its_hand_overs_in_known_doubt(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.publish("e1")
            driver.sender.stall_after(0)
            driver.start()
            await driver.let_pass(0.5)
            another = driver.another()
            await another.lane_control.pause(PAUSE)
            another.clock.advance(LEASE_FOR)
            await another.turn()
            assert another.status("e1") is Status.UNCERTAIN
            assert await another.lane.is_at_rest()
            await another.lane_control.resume("email")
            another.sender.answer_again()
            await another.turn()
            assert another.status("e1") is Status.SENT
            await driver.finish()

        run(story(Driver()))
