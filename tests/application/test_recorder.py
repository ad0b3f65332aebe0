"""Is every outcome written once, and does one that the store refuses harm no other?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.memory.notification_store import MemoryNotificationStore
from adapters.memory.telemetry import MemoryTelemetry
from application.errors import RowRefused, StoreUnavailable
from application.recorder import Recorder
from domain.lease import Lease
from domain.notification import Notification
from domain.outcome import Accepted
from domain.status import Status
from tests.application.driver import Driver, many, once
from tests.builders import EMAIL, NOON, a_begun_notification, an_event
from tests.runner import Run


class _PickyStore(MemoryNotificationStore):
    """Does not take every word."""

    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        if any("unspeakable" in each.last_move.words for each in notifications):
            raise RowRefused("a row that holds what it does not take")
        return await super().record(notifications, lease=lease)


def _begun(number: int) -> Notification:
    return a_begun_notification(event=an_event(event_id=f"e{number}"))


def _sent(begun: Notification, lease: Lease, *, words: str = "ok") -> Notification:
    outcome = Accepted(reason=words, rule="ok", provider_id="SM-1")
    return begun.settle(outcome, channel=EMAIL, now=NOON, by=lease.worker, wake_at=NOON)


class TestAnOutcomeIsRefused:
    def test_it_is_written_without_what_the_provider_said(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            store, telemetry = _PickyStore(driver.database), MemoryTelemetry()
            recorder, lease = Recorder(store, telemetry), await driver.a_lease()
            begun = [_begun(number) for number in range(5)]
            recorder.reserve(each.id for each in begun)
            await store.accept(begun, lease=lease)
            for number, each in enumerate(begun):
                words = "unspeakable" if number == 2 else "ok"
                recorder.add(_sent(each, lease, words=words), lease=lease)
            await recorder.flush()
            assert driver.statuses() == {Status.SENT: 5}
            assert [n.last_move.words for n in driver.database.notifications.values()] == [
                "ok",
                "ok",
                "",
                "ok",
                "ok",
            ]
            assert recorder.in_hand == recorder.unwritten == 0
            assert telemetry.said[0] == "email: writing an outcome: RowRefused"

        run(story(Driver()))

    def test_it_stops_no_neighbour_even_if_nothing_of_it_can_be_written(self, run: Run) -> None:
        driver = Driver()
        driver.sender.spoil("bad")
        driver.publish("e1", "bad", "e2", "e3")
        assert run(driver.turn()) is None
        assert driver.told == once("bad", *many(3))
        assert driver.statuses() == {Status.SENT: 3, Status.SENDING: 1}
        assert driver.recorder.unwritten == driver.recorder.in_hand == 0

    def test_whoever_comes_after_this_worker_rescues_it(self, run: Run) -> None:
        driver = Driver()
        driver.sender.spoil("bad")
        driver.publish("bad")
        run(driver.turn())
        run(driver.lane.leave())
        assert driver.status("bad") is Status.SENDING
        driver.database.will_refuse_nothing()
        run(driver.another().turn())
        assert [move.status for move in driver.trail("bad")][:2] == [
            Status.SENDING,
            Status.UNCERTAIN,
        ]


class TestTheStoreIsAway:
    def test_what_could_not_be_written_stays_for_the_next_time(self, run: Run) -> None:
        driver = Driver()
        driver.publish(*many(3))
        driver.hurdles.fail("record")
        assert isinstance(run(driver.turn()), StoreUnavailable)
        assert driver.recorder.unwritten == driver.recorder.in_hand == 3
        assert run(driver.turn()) is None
        assert driver.statuses() == {Status.SENT: 3}
        assert driver.told == once(*many(3))
        assert driver.recorder.unwritten == driver.recorder.in_hand == 0

    def test_what_was_written_before_it_went_away_is_not_written_again(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            leases = [await driver.a_lease("worker-1"), await driver.a_lease("worker-2")]
            for number, lease in enumerate(leases):
                begun = _begun(number)
                driver.recorder.reserve([begun.id])
                await driver.store.accept([begun], lease=lease)
                driver.recorder.add(_sent(begun, lease), lease=lease)
            driver.hurdles.fail("record", after=1)
            with pytest.raises(StoreUnavailable):
                await driver.recorder.flush()
            assert driver.recorder.unwritten == 1
            await driver.recorder.flush()
            assert driver.statuses() == {Status.SENT: 2}
            assert driver.hurdles.calls["record"] == 3

        run(story(Driver()))
