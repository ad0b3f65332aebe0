"""Does a provider's later word count whenever it comes, and only once?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from application.errors import StoreUnavailable
from application.kept_receipts import HEAR_EVERY
from domain.failure import Failure
from domain.notification import Notification
from domain.outcome import Deferred, Unknown
from domain.receipt import Receipt, ReceiptVerdict
from domain.status import Status, Wait
from domain.uncertainty import UncertaintyPolicy
from tests.application.driver import Driver, many, once
from tests.builders import NOON, a_receipt, at, email_channel
from tests.runner import Run

TAKEN, DELIVERED, UNDELIVERED = ReceiptVerdict
#: Asked for and awaited as an SMS is, and then sent again.
PATIENT = email_channel(
    uncertainty_policy=UncertaintyPolicy(
        resends=2, ask_for=timedelta(minutes=2), receipt_for=timedelta(minutes=15)
    )
)


def told(driver: Driver, run: Run, *event_ids: str) -> list[Notification]:
    driver.publish(*event_ids)
    run(driver.turn())
    return [driver.notification(event_id) for event_id in event_ids]


def kept(driver: Driver) -> list[Receipt]:
    return list(driver.database.receipts.values())


class TestAReceiptOfWhatWasSent:
    @pytest.mark.parametrize(
        ("verdict", "status"),
        [(TAKEN, Status.SENT), (DELIVERED, Status.DELIVERED), (UNDELIVERED, Status.FAILED)],
    )
    def test_counts_at_once(self, run: Run, verdict: ReceiptVerdict, status: Status) -> None:
        driver = Driver()
        [sent] = told(driver, run, "e1")
        run(driver.receive_receipts([a_receipt(verdict, of=sent)]))
        assert driver.status("e1") is status
        assert not kept(driver)
        assert not driver.hurdles.calls["keep"]

    def test_says_in_the_trail_who_moved_it_when_and_why(self, run: Run) -> None:
        driver = Driver()
        [sent] = told(driver, run, "e1")
        driver.clock.advance(timedelta(seconds=7))
        run(driver.receive_receipts([a_receipt(of=sent, words="it arrived")]))
        last = driver.trail("e1")[-1]
        assert (last.by, last.at, last.words) == ("a receipt", at(7), "it arrived")
        assert last.rule == "row of delivered"

    def test_counts_once_however_often_it_comes(self, run: Run) -> None:
        driver = Driver()
        [sent] = told(driver, run, "e1")
        said = [a_receipt(verdict, of=sent) for verdict in (DELIVERED, TAKEN, DELIVERED)]
        run(driver.receive_receipts(said))
        run(driver.receive_receipts(said))
        steps = [move.status for move in driver.trail("e1")]
        assert steps == [Status.SENDING, Status.SENT, Status.DELIVERED]

    def test_leaves_one_dead_letter_if_it_did_not_arrive(self, run: Run) -> None:
        driver = Driver()
        [sent] = told(driver, run, "e1")
        run(driver.receive_receipts([a_receipt(UNDELIVERED, of=sent)] * 2))
        [letter] = run(driver.letters())
        assert letter.reason == Failure.UNDELIVERED

    def test_counts_for_each_of_many(self, run: Run) -> None:
        driver = Driver()
        sent = told(driver, run, *many(5))
        run(driver.receive_receipts([a_receipt(of=each) for each in sent]))
        assert driver.statuses() == {Status.DELIVERED: 5}
        assert driver.hurdles.calls["revise"] == 1

    def test_of_nobody_that_is_known_changes_nothing(self, run: Run) -> None:
        driver = Driver()
        [sent] = told(Driver(), run, "e1")
        run(driver.receive_receipts([a_receipt(of=sent)]))
        assert not kept(driver)

    def test_does_not_fail_its_neighbours_if_the_store_refuses_it(self, run: Run) -> None:
        driver = Driver(PATIENT)
        driver.sender.will(*[Unknown(reason="lost")] * 3)
        doubted = told(driver, run, *many(3))
        driver.database.will_refuse("e2")
        run(driver.receive_receipts([a_receipt(of=each) for each in doubted]))
        assert driver.statuses() == {Status.DELIVERED: 2, Status.UNCERTAIN: 1}
        assert not kept(driver)
        assert any("hearing a receipt" in said for said in driver.telemetry.said)

    def test_is_not_lost_in_silence_while_the_store_is_away(self, run: Run) -> None:
        driver = Driver()
        [sent] = told(driver, run, "e1")
        driver.database.go_away()
        with pytest.raises(StoreUnavailable):
            run(driver.receive_receipts([a_receipt(of=sent)]))


class TestAReceiptOfWhatIsInDoubt:
    @pytest.mark.parametrize(
        ("verdict", "steps"),
        [
            (TAKEN, [Status.SENT]),
            (DELIVERED, [Status.SENT, Status.DELIVERED]),
            (UNDELIVERED, [Status.SENT, Status.FAILED]),
        ],
    )
    def test_settles_it(self, run: Run, verdict: ReceiptVerdict, steps: list[Status]) -> None:
        driver = Driver(PATIENT)
        driver.sender.will(Unknown(reason="lost"))
        [doubted] = told(driver, run, "e1")
        assert doubted.waiting_for is Wait.ANSWER
        run(driver.receive_receipts([a_receipt(verdict, of=doubted)]))
        assert [move.status for move in driver.trail("e1")][2:] == steps
        run(driver.pass_turns(1100))
        assert driver.told == once("e1")

    def test_waits_while_somebody_asks_the_provider(self, run: Run) -> None:
        driver = Driver(PATIENT)
        driver.sender.will(Unknown(reason="lost"))
        [doubted] = told(driver, run, "e1")
        driver.clock.advance(timedelta(minutes=2))
        lease = run(driver.a_lease("worker-2"))
        now = driver.clock.now()
        [claimed] = run(driver.store.claim("email", now=now, limit=1, lease=lease))
        run(driver.receive_receipts([a_receipt(of=doubted)]))
        assert driver.status("e1") is Status.UNCERTAIN
        assert kept(driver)
        run(driver.store.record([claimed], lease=lease))
        run(driver.turn())
        assert driver.status("e1") is Status.DELIVERED
        assert not kept(driver)


class TestAReceiptThatComesBeforeTheOutcome:
    def test_counts_once_that_is_written(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish("e1")
            turning = asyncio.create_task(driver.turn())
            await driver.sender.wait_until_stalled()
            sending = driver.notification("e1")
            await driver.receive_receipts([a_receipt(TAKEN, of=sending), a_receipt(of=sending)])
            assert driver.status("e1") is Status.SENDING
            driver.sender.answer_again()
            await turning
            assert driver.status("e1") is Status.DELIVERED
            assert not kept(driver)

        run(story(Driver()))

    def test_is_heard_by_a_lane_that_runs_within_a_second(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish("e1")
            driver.start()
            await driver.let_pass(0.5)
            await driver.receive_receipts([a_receipt(of=driver.notification("e1"))])
            driver.sender.answer_again()
            await driver.let_pass(HEAR_EVERY.total_seconds() + 0.5)
            assert driver.status("e1") is Status.DELIVERED
            await driver.finish()

        run(story(Driver()))

    def test_spares_a_second_copy_though_the_worker_died(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.sender.stall_after(0)
            driver.publish("e1")
            turning = asyncio.create_task(driver.turn())
            await driver.sender.wait_until_stalled()
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
            await driver.receive_receipts([a_receipt(of=driver.notification("e1"))])
            driver.sender.answer_again()
            survivor = driver.another()
            await survivor.pass_turns(1200)
            assert survivor.status("e1") is Status.DELIVERED
            steps = [move.status for move in survivor.trail("e1")]
            assert steps == [Status.SENDING, Status.UNCERTAIN, Status.SENT, Status.DELIVERED]
            assert survivor.told == once("e1")

        run(story(Driver(PATIENT)))

    def test_that_it_arrived_counts_though_it_was_handed_over_again(self, run: Run) -> None:
        driver = Driver()
        driver.sender.will(Deferred(reason="busy"))
        [deferred] = told(driver, run, "e1")
        receipts = [a_receipt(verdict, of=deferred) for verdict in (TAKEN, DELIVERED)]
        run(driver.receive_receipts(receipts))
        assert driver.status("e1") is Status.RETRYING
        run(driver.pass_turns(2))
        assert driver.notification("e1").attempt == 2
        assert driver.status("e1") is Status.DELIVERED
        assert not kept(driver)

    def test_is_let_go_of_once_another_outcome_is_final(self, run: Run) -> None:
        driver = Driver()
        driver.sender.will(Deferred(reason="busy"))
        [deferred] = told(driver, run, "e1")
        run(driver.receive_receipts([a_receipt(UNDELIVERED, of=deferred)]))
        assert kept(driver)
        run(driver.pass_turns(2))
        assert driver.status("e1") is Status.SENT
        assert not kept(driver)

    def test_is_kept_while_the_store_cannot_settle_it(self, run: Run) -> None:
        driver = Driver()
        driver.sender.will(Deferred(reason="busy"))
        [deferred] = told(driver, run, "e1")
        run(driver.receive_receipts([a_receipt(of=deferred)]))
        driver.hurdles.fail("settle")
        run(driver.pass_turns(2))
        assert driver.status("e1") is Status.DELIVERED
        assert not kept(driver)
        assert [move.status for move in driver.trail("e1")].count(Status.DELIVERED) == 1


class TestALaneThatRuns:
    def test_looks_once_a_second_however_much_it_has_to_do(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.start()
            for number in range(10):
                driver.publish(*many(20, first=20 * number + 1))
                await driver.let_pass(0.5)
            assert driver.clock.now() >= NOON + timedelta(seconds=5)
            assert driver.hurdles.calls["ripe"] <= 6
            await driver.finish()
            assert driver.statuses() == {Status.SENT: 200}

        run(story(Driver()))

    def test_goes_on_though_the_look_fails(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.hurdles.fail("ripe", times=2)
            driver.publish("e1", sendAt=at(2))
            driver.start()
            await driver.let_pass(6)
            assert driver.status("e1") is Status.SENT
            await driver.finish()

        run(story(Driver()))
