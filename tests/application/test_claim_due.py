"""Is what was claimed never forgotten, whatever fails between the claim and the hand-over?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from application.errors import StoreUnavailable
from domain.lease import LEASE_FOR
from domain.notification import Notification
from domain.outcome import Accepted
from domain.status import Status
from tests.application.driver import Driver, many, once
from tests.builders import EMAIL, NOON, a_begun_notification, at
from tests.runner import Run


async def _sent_but_not_written(driver: Driver) -> Notification:
    """Until the lease it was begun under was over."""
    begun, lost = a_begun_notification(), await driver.a_lease()
    driver.recorder.reserve([begun.id])
    await driver.store.accept([begun], lease=lost)
    sent = begun.settle(
        Accepted(reason="ok"), channel=EMAIL, now=NOON, by=lost.worker, wake_at=NOON
    )
    driver.recorder.add(sent, lease=lost)
    driver.clock.advance(LEASE_FOR + timedelta(seconds=10))
    return sent


class TestTheLimiterFailsAfterAClaim:
    def test_what_was_claimed_goes_back_and_is_told_when_the_store_is_back(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", "e2", sendAt=at(10))
        run(driver.turn())
        driver.clock.move_to(at(10))
        driver.hurdles.fail("take")
        assert isinstance(run(driver.turn()), StoreUnavailable)
        assert driver.told == {}
        run(driver.turn())
        assert driver.told == once("e1", "e2")
        assert driver.statuses() == {Status.SENT: 2}
        assert driver.in_hand == 0

    def test_a_lane_that_runs_goes_on(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.publish("e1", "e2", sendAt=at(10))
            driver.start()
            await driver.let_pass(5)
            driver.hurdles.fail("take", times=3)
            await driver.let_pass(15)
            assert driver.told == once("e1", "e2")
            await driver.finish()
            assert driver.statuses() == {Status.SENT: 2}

        run(story(Driver()))

    def test_it_spends_no_attempt_and_leaves_no_line_in_the_trail(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", sendAt=at(10))
        run(driver.turn())
        before = driver.notification("e1")
        driver.clock.move_to(at(10))
        driver.hurdles.fail("take")
        run(driver.turn())
        run(driver.recorder.flush())
        assert driver.notification("e1") == before
        assert driver.in_hand == 0


class TestTheStoreFailsAtTheBeginning:
    def test_what_was_claimed_goes_back_and_is_told_once(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", "e2", sendAt=at(10))
        run(driver.turn())
        driver.clock.move_to(at(10))
        driver.hurdles.fail("record")
        assert isinstance(run(driver.turn()), StoreUnavailable)
        run(driver.turn())
        assert driver.told == once("e1", "e2")
        assert driver.statuses() == {Status.SENT: 2}


class TestARowIsRefusedAtTheBeginning:
    def test_its_neighbours_are_told_once(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", "bad", "e2", "e3", sendAt=at(10))
        run(driver.turn())
        driver.database.will_refuse("bad")
        driver.clock.move_to(at(10))
        assert run(driver.turn()) is None
        assert driver.told == once("e1", "e2", "e3")
        assert driver.recorder.in_hand == 0

    def test_the_lane_goes_on(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.publish("bad", *many(3), sendAt=at(10))
            driver.start()
            await driver.let_pass(5)
            driver.database.will_refuse("bad")
            await driver.let_pass(10)
            driver.publish("later")
            await driver.let_pass(2)
            assert driver.is_running
            assert driver.told == once(*many(3), "later")
            await driver.finish()

        run(story(Driver()))


class TestItsOwnLeaseWasLostWhileAnOutcomeWaited:
    def test_the_outcome_is_written_and_nothing_is_rescued(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            sent = await _sent_but_not_written(driver)
            lease, now = await driver.a_lease(), driver.clock.now()
            claimed = await driver.claim_due(now=now, limit=10, lease=lease)
            assert list(claimed.begun) == []
            await driver.recorder.flush()
            assert driver.database.notifications == {sent.id: sent}
            assert driver.recorder.in_hand == driver.in_hand == 0

        run(story(Driver()))

    def test_nor_if_it_is_tried_to_be_written_while_the_claim_is_under_way(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            sent = await _sent_but_not_written(driver)
            lease, now = await driver.a_lease(), driver.clock.now()
            driver.hurdles.hold("answer to a claim")
            claiming = asyncio.create_task(driver.claim_due(now=now, limit=10, lease=lease))
            await driver.breathe()
            flushing = asyncio.create_task(driver.recorder.flush())
            await driver.breathe()
            driver.hurdles.let_go("answer to a claim")
            await claiming
            await flushing
            assert driver.database.notifications == {sent.id: sent}

        run(story(Driver()))

    def test_what_another_worker_left_is_rescued(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            begun = a_begun_notification()
            await driver.store.accept([begun], lease=await driver.a_lease("worker-2"))
            driver.clock.advance(LEASE_FOR + timedelta(seconds=10))
            lease, now = await driver.a_lease(), driver.clock.now()
            await driver.claim_due(now=now, limit=10, lease=lease)
            await driver.recorder.flush()
            assert driver.statuses() == {Status.UNCERTAIN: 1}

        run(story(Driver()))
