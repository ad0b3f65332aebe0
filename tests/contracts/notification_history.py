"""What does every NotificationHistory keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from application.errors import StoreUnavailable
from application.ports.notification_history import Query, Tally
from domain.failure import Failure
from domain.outcome import Accepted
from domain.status import Status, Wait
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.given import (
    BY,
    EMAIL,
    NOW,
    SECOND,
    SMS,
    again,
    begun,
    failed,
    newborn,
    waiting,
)
from tests.runner import Run, together


class NotificationHistoryContract(DatabaseContract):
    def test_a_story_has_every_notification_of_the_event_by_channel(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(begun("event-0"), begun(channel=SMS), failed(), begun("event-2"))
        story = run(worker.ports.history.story("event-1"))
        assert [chapter.notification for chapter in story] == [failed(), begun(channel=SMS)]

    def test_a_chapter_has_what_is_of_its_notification_and_nothing_else(
        self, worker: Worker, run: Run
    ) -> None:
        email, sms = failed(), begun(channel=SMS)
        worker.accept(email, sms, again(sms, offset=7))
        first, second = run(worker.ports.history.story("event-1"))
        assert first.trail == [email.last_move]
        assert first.sightings == []
        assert first.dead_letters == [email.dead_letter()]
        assert second.trail == [sms.last_move]
        assert [seen.position.offset for seen in second.sightings] == [7]
        assert second.dead_letters == []

    def test_there_is_no_story_of_an_event_that_is_not_known(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(begun("event-1"))
        for unknown in ("event-2", "event-", "EVENT-1", "event-1 ", "%", ""):
            assert list(run(worker.ports.history.story(unknown))) == []

    def test_latest_is_newest_accepted_first(self, worker: Worker, run: Run) -> None:
        for number in range(12):
            worker.accept(newborn(f"event-{number}", now=NOW + number * SECOND))
        worker.record(newborn("event-3", now=NOW).fail(Failure.REJECTED, now=NOW, by=BY))
        latest = run(worker.ports.history.latest(Query(), limit=100))
        assert [each.event.id for each in latest] == [f"event-{n}" for n in reversed(range(12))]

    def test_latest_has_no_more_than_its_limit(self, worker: Worker, run: Run) -> None:
        for number in range(4):
            worker.accept(newborn(f"event-{number}", now=NOW + number * SECOND))
        latest = run(worker.ports.history.latest(Query(), limit=2))
        assert [each.event.id for each in latest] == ["event-3", "event-2"]
        assert list(run(worker.ports.history.latest(Query(), limit=0))) == []

    def test_latest_keeps_to_the_status_and_the_channel_asked_for(
        self, worker: Worker, run: Run
    ) -> None:
        history = worker.ports.history
        old = begun(channel=SMS)
        worker.accept(old)
        worker.accept(newborn("event-2", channel=SMS, now=NOW + SECOND), begun("event-2"))
        worker.accept(failed("event-3"))
        sms = run(history.latest(Query(channel="sms"), limit=1))
        assert sms == [newborn("event-2", channel=SMS, now=NOW + SECOND)]
        assert run(history.latest(Query(status=Status.FAILED), limit=9)) == [failed("event-3")]
        both = run(history.latest(Query(status=Status.SENDING, channel="email"), limit=9))
        assert both == [begun("event-2")]
        assert list(run(history.latest(Query(status=Status.FAILED, channel="sms"), limit=9))) == []

    def test_tally_counts_by_channel_status_and_wait(self, worker: Worker, run: Run) -> None:
        assert dict(run(worker.ports.history.tally())) == {}
        worker.accept(begun("event-1"), begun("event-2"), begun("event-3", channel=SMS))
        worker.accept(waiting("event-4"), waiting("event-5", reason=Wait.RATE), failed("event-6"))
        outcome = Accepted(provider_id="1")
        worker.record(begun("event-1").settle(outcome, channel=EMAIL, now=NOW, by=BY, wake_at=NOW))
        tally = dict(run(worker.ports.history.tally()))
        assert tally == {
            Tally(channel="email", status=Status.SENDING, waiting_for=None): 1,
            Tally(channel="sms", status=Status.SENDING, waiting_for=None): 1,
            Tally(channel="email", status=Status.PENDING, waiting_for=Wait.TURN): 1,
            Tally(channel="email", status=Status.PENDING, waiting_for=Wait.RATE): 1,
            Tally(channel="email", status=Status.FAILED, waiting_for=None): 1,
            Tally(channel="email", status=Status.SENT, waiting_for=None): 1,
        }
        assert all(type(key.status) is Status for key in tally)
        assert all(isinstance(key.waiting_for, Wait | None) for key in tally)

    def test_it_sees_everything_that_was_written_before_it_was_asked(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        for number in range(20):
            notification = newborn(f"event-{number}", now=NOW + number * SECOND)
            worker.accept(notification)
            assert another.known()[0] == notification
            worker.accept(again(notification, offset=7))
            assert len(another.chapter(notification).sightings) == 1

    def test_it_never_holds_up_who_writes(self, worker: Worker, another: Worker, run: Run) -> None:
        async def write(event_id: str) -> object:
            return await worker.ports.store.accept([begun(event_id)], lease=worker.lease)

        async def read() -> object:
            return await another.ports.history.latest(Query(), limit=1000)

        steps = [step for n in range(20) for step in (write(f"event-{n}"), read(), read())]
        run(together(*steps))
        assert len(another.known()) == 20

    def test_what_it_handed_out_does_not_change_with_the_store(self, worker: Worker) -> None:
        worker.accept(begun())
        before = worker.chapter(begun())
        worker.accept(again(begun(), offset=7))
        worker.record(begun().fail(Failure.REJECTED, now=NOW, by=BY))
        assert same(before.sightings, [])
        assert same(before.trail, [begun().last_move])
        assert same(before.dead_letters, [])

    @pytest.mark.parametrize("call", ["story", "latest", "tally"])
    def test_raises_store_unavailable(
        self, ports: Ports, database: Database, run: Run, call: str
    ) -> None:
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "story": lambda: ports.history.story("event-1"),
            "latest": lambda: ports.history.latest(Query(), limit=1),
            "tally": lambda: ports.history.tally(),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert list(run(ports.history.latest(Query(), limit=1))) == []
