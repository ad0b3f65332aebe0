"""Does a lane keep to its bounds, and go on, whatever is away for a while?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from application.lane import GRACE
from domain.lease import LEASE_FOR
from domain.status import Status, Wait
from tests.application.driver import Driver, many, once
from tests.builders import NOON, at, email_channel
from tests.runner import Run


class TestAcceptingAndClaimingAtOnce:
    def test_never_take_more_in_hand_than_there_is_room_for(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            due, new = many(10), many(10, first=11)
            driver.publish(*due, sendAt=at(1))
            driver.start()
            await driver.let_pass(0.5)
            driver.sender.stall_after(0)
            driver.hurdles.hold("take")
            driver.publish(*new)
            await driver.let_pass(3)
            assert driver.hurdles.is_held("take")  # and the other ones have come due
            driver.hurdles.let_go("take")
            for _ in range(40):
                await driver.let_pass(0.1)
                assert driver.in_hand <= driver.channel.in_flight
                assert driver.recorder.in_hand <= driver.channel.in_flight
            assert driver.in_hand > 0
            driver.sender.answer_again()
            await driver.let_pass(5)
            assert driver.told == once(*due, *new)
            await driver.finish()
            assert all(0 <= limit <= 10 for limit in driver.store.limits)

        run(story(Driver(email_channel(in_flight=10, concurrency=10))))

    @pytest.mark.parametrize("in_flight", [1, 2, 7])
    def test_tell_everybody_once_however_little_room_there_is(
        self, run: Run, in_flight: int
    ) -> None:
        async def story(driver: Driver) -> None:
            driver.publish(*many(10), sendAt=at(1))
            driver.publish(*many(10, first=11))
            driver.start()
            for _ in range(60):
                await driver.let_pass(0.1)
                assert driver.in_hand <= in_flight
            await driver.finish()
            assert driver.told == once(*many(20))
            assert driver.statuses() == {Status.SENT: 20}
            assert min(driver.store.limits) >= 0

        run(story(Driver(email_channel(in_flight=in_flight, concurrency=4))))


class TestTheStreamIsAwayForAWhile:
    def test_nobody_is_told_twice_and_all_are_told(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(4))
            driver.start()
            await driver.let_pass(0.5)
            driver.stream.go_away()
            await driver.let_pass(2)
            assert driver.is_running
            driver.stream.come_back()
            driver.sender.answer_again()
            driver.publish("later")
            await driver.let_pass(3)
            assert driver.told == once(*many(4), "later")
            await driver.finish()
            assert driver.statuses() == {Status.SENT: 5}
            assert await driver.lane.lag() == 0

        run(story(Driver(email_channel(concurrency=4))))

    def test_what_is_in_the_air_is_settled_meanwhile(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(4))
            driver.start()
            await driver.let_pass(0.5)
            driver.stream.go_away()
            await driver.let_pass(2)
            driver.sender.answer_again()
            await driver.let_pass(1)
            assert driver.statuses() == {Status.SENT: 4}
            driver.stream.come_back()
            await driver.finish()
            assert driver.told == once(*many(4))

        run(story(Driver()))

    def test_a_turn_that_could_not_commit_tells_nobody_again(self, run: Run) -> None:
        driver = Driver()
        driver.publish(*many(2))
        driver.sender.take_away(driver.stream)
        assert run(driver.turn()) is not None
        driver.stream.come_back()
        assert run(driver.turn()) is None
        assert driver.told == once(*many(2))
        assert driver.statuses() == {Status.SENT: 2}
        assert run(driver.lane.lag()) == 0


class TestTheStoreFailsJustAsTheLaneIsStopped:
    def test_the_outcome_is_written_once_it_is_back_within_the_grace(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.hurdles.hold("record")
            driver.hurdles.fail("record", times=5)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(0.5)
            assert driver.hurdles.is_held("record")
            driver.stop()
            await driver.let_pass(0.5)
            driver.hurdles.let_go("record")
            await driver.finish()
            assert driver.told == once("e1")
            assert driver.status("e1") is Status.SENT
            assert driver.in_hand == driver.recorder.unwritten == 0
            assert driver.database.leases == {}

        run(story(Driver()))

    def test_nobody_is_told_again_by_the_worker_that_comes_after_it(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.take_away(driver.database)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(0.5)
            driver.stop()
            await driver.let_pass(20)
            assert driver.is_running
            driver.database.come_back()
            await driver.finish()
            another = driver.another()
            another.start()
            await another.let_pass(90)
            await another.finish()
            assert driver.told == once("e1")
            assert driver.status("e1") is Status.SENT

        run(story(Driver()))


class TestTheStoreIsAwayForLongerThanTheLease:
    def test_the_outcome_is_written_and_not_repeated(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.take_away(driver.database)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(LEASE_FOR.total_seconds() + 15)
            driver.database.come_back()
            driver.publish("e2")
            await driver.let_pass(10)
            assert [move.status for move in driver.trail("e1")] == [Status.SENDING, Status.SENT]
            await driver.finish()
            assert driver.told == once("e1", "e2")
            assert driver.statuses() == {Status.SENT: 2}

        run(story(Driver()))

    def test_nor_if_it_is_claimed_before_the_outcome_can_be_written(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.hurdles.hold("record")
            driver.publish("e1")
            driver.start()
            await driver.let_pass(1)
            driver.database.go_away()
            await driver.let_pass(LEASE_FOR.total_seconds() + 15)
            driver.database.come_back()
            await driver.let_pass(5)
            assert driver.hurdles.is_held("record")
            driver.hurdles.let_go("record")
            await driver.let_pass(120)
            await driver.finish()
            assert driver.told == once("e1")
            assert driver.status("e1") is Status.SENT
            assert driver.in_hand == 0

        run(story(Driver()))


class TestItIsStoppedWhileAllPlacesHang:
    def test_what_was_not_started_is_released_at_once_and_nothing_starts_afterwards(
        self, run: Run
    ) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish(*many(10))
            driver.start()
            await driver.let_pass(0.5)
            assert driver.in_hand == 10
            driver.stop()
            await driver.let_pass(0.1)
            assert driver.statuses() == {Status.SENDING: 2, Status.PENDING: 8}
            assert driver.in_hand == 2
            assert driver.notification("e10").waiting_for is Wait.TURN
            driver.sender.answer_again()
            driver.publish("later")
            await driver.finish()
            assert driver.told == once("e1", "e2")
            assert driver.statuses() == {Status.SENT: 2, Status.PENDING: 8}
            another = driver.another()
            another.start()
            await another.let_pass(3)
            await another.finish()
            assert driver.told == once(*many(10), "later")

        run(story(Driver(email_channel(concurrency=2))))


class _Loop(asyncio.SelectorEventLoop):
    """Its time passes as fast as the test says."""

    _ahead = timedelta()

    def time(self) -> float:
        return super().time() + self._ahead.total_seconds()

    def advance(self, by: timedelta) -> None:
        self._ahead += by


class TestAHandOverNeverEnds:
    def test_it_is_uncertain_after_the_grace_and_the_others_are_as_they_were(self) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(1)
            driver.publish("sent", "hangs")
            driver.start()
            await driver.let_pass(0.5)
            driver.stop()
            await driver.let_pass(1)
            loop.advance(GRACE - timedelta(seconds=1))
            await driver.let_pass(1)
            assert driver.is_running
            assert driver.status("hangs") is Status.SENDING
            loop.advance(timedelta(seconds=1))
            await driver.finish()
            assert driver.status("hangs") is Status.UNCERTAIN
            assert driver.status("sent") is Status.SENT
            assert driver.told == once("sent", "hangs")
            assert driver.in_hand == 0
            assert driver.database.leases == {}

        loop = _Loop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(story(Driver()))


class TestAStoreThatIsAwayForLong:
    def test_leaves_the_lane_its_place_in_the_stream(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.database.go_away()
            driver.publish("e1")
            driver.start()
            await driver.let_pass(60)
            signs = [NOON, *driver.source.signs_of_life, driver.clock.now()]
            gaps = [later - sooner for sooner, later in pairwise(signs)]
            assert max(gaps) < timedelta(seconds=5)
            driver.database.come_back()
            await driver.let_pass(5)
            assert driver.told == once("e1")
            await driver.finish()

        run(story(Driver()))
