"""What does every NotificationHistory keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.errors import StoreUnavailable
from application.ports.notification_history import Query
from application.statistics import Backlog, Statistics, Tally
from domain.failure import Failure
from domain.notification import Notification
from domain.outcome import Accepted, Deferred
from domain.outline import Outline
from domain.status import Status, Wait, Waiting
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.given import (
    BY,
    EMAIL,
    MICROSECOND,
    NOW,
    SECOND,
    SMS,
    again,
    begun,
    failed,
    full,
    newborn,
    waiting,
)
from tests.runner import Run, together


def _waiting_for_each() -> list[Notification]:
    """As the domain makes them, one for everything that can be waited for."""
    statuses = {
        Wait.BACKOFF: Status.RETRYING,
        Wait.ANSWER: Status.UNCERTAIN,
        Wait.RECEIPT: Status.UNCERTAIN,
        Wait.PERSON: Status.UNCERTAIN,
    }
    held = {wait: waiting(f"waits-for-{wait}", reason=wait) for wait in Wait}
    return [
        replace(each, last_move=replace(each.last_move, status=statuses.get(wait, each.status)))
        for wait, each in held.items()
    ]


def _sent(notification: Notification, *, at: datetime) -> Notification:
    outcome = Accepted(provider_id="1")
    return notification.settle(outcome, channel=EMAIL, now=at, by=BY, wake_at=at)


def _deferred(notification: Notification) -> Notification:
    outcome = Deferred(reason="busy")
    return notification.settle(outcome, channel=EMAIL, now=NOW, by=BY, wake_at=NOW)


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
        third = newborn("event-3", now=NOW + 3 * SECOND)
        worker.record(third.fail(Failure.REJECTED, now=NOW + 99 * SECOND, by=BY))
        latest = run(worker.ports.history.latest(Query(), limit=100))
        assert [each.event_id for each in latest] == [f"event-{n}" for n in reversed(range(12))]

    @pytest.mark.parametrize("status", Status)
    def test_latest_has_everything_but_what_the_event_said(
        self, worker: Worker, run: Run, status: Status
    ) -> None:
        worker.accept(full(status))
        latest = run(worker.ports.history.latest(Query(), limit=9))
        assert same(list(latest), [Outline.of(full(status))])

    def test_latest_has_the_instant_until_which_it_is_held_longer(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(waiting(reason=Wait.RATE))
        worker.claim()
        longer = Waiting(reason=Wait.RATE, until=NOW + SECOND)
        held = waiting(reason=Wait.RATE).hold(longer, now=NOW, by=BY)
        worker.record(held)
        assert run(worker.ports.history.latest(Query(), limit=9)) == [Outline.of(held)]

    def test_latest_has_no_more_than_its_limit(self, worker: Worker, run: Run) -> None:
        for number in range(4):
            worker.accept(newborn(f"event-{number}", now=NOW + number * SECOND))
        latest = run(worker.ports.history.latest(Query(), limit=2))
        assert [each.event_id for each in latest] == ["event-3", "event-2"]
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
        assert sms == [Outline.of(newborn("event-2", channel=SMS, now=NOW + SECOND))]
        failures = run(history.latest(Query(status=Status.FAILED), limit=9))
        assert failures == [Outline.of(failed("event-3"))]
        both = run(history.latest(Query(status=Status.SENDING, channel="email"), limit=9))
        assert both == [Outline.of(begun("event-2"))]
        assert list(run(history.latest(Query(status=Status.FAILED, channel="sms"), limit=9))) == []

    @pytest.mark.parametrize("wait", Wait)
    def test_latest_keeps_to_what_is_waited_for(self, worker: Worker, run: Run, wait: Wait) -> None:
        worker.accept(begun("begun"), failed("failed"), *_waiting_for_each())
        latest = run(worker.ports.history.latest(Query(waiting_for=wait), limit=99))
        assert [each.event_id for each in latest] == [f"waits-for-{wait}"]

    @pytest.mark.parametrize("status", Status)
    def test_latest_finds_every_status(self, worker: Worker, run: Run, status: Status) -> None:
        history = worker.ports.history
        each = full(status)
        worker.accept(begun("begun"), each) if status is Status.SENDING else worker.accept(each)
        latest = run(history.latest(Query(status=status), limit=9))
        assert Outline.of(each) in latest
        assert all(found.last_move.status is status for found in latest)

    @pytest.mark.parametrize(
        "query",
        [
            Query(status=Status.FAILED),
            Query(status=Status.SENT),
            Query(status=Status.SENDING),
            Query(channel="sms"),
            Query(recipient_key="grace@example.com"),
            Query(message_type="ALERT"),
            Query(event_id="event"),
            Query(ids=[UUID(int=1)]),
            Query(ids=[]),
            Query(waiting_for=Wait.RATE),
            Query(accepted_from=NOW + MICROSECOND),
            Query(accepted_before=NOW),
        ],
        ids=str,
    )
    def test_a_query_leaves_out_what_it_does_not_name(
        self, worker: Worker, run: Run, query: Query
    ) -> None:
        worker.accept(waiting(reason=Wait.TURN))
        assert list(run(worker.ports.history.latest(query, limit=9))) == []

    def test_a_query_finds_what_it_names(self, worker: Worker, run: Run) -> None:
        it = waiting(reason=Wait.RATE)
        worker.accept(it)
        query = Query(
            status=it.status,
            channel=it.channel,
            recipient_key=it.recipient.key,
            message_type=it.event.message_type,
            event_id=it.event.id,
            ids=[it.id, UUID(int=1)],
            waiting_for=it.waiting_for,
            accepted_from=it.accepted_at,
            accepted_before=it.accepted_at + MICROSECOND,
        )
        for field in fields(Query):
            alone = Query(**{field.name: getattr(query, field.name)})
            assert run(worker.ports.history.latest(alone, limit=9)) == [Outline.of(it)]
        assert run(worker.ports.history.latest(query, limit=9)) == [Outline.of(it)]

    def test_pages_show_each_once_though_new_ones_come_meanwhile(
        self, worker: Worker, run: Run
    ) -> None:
        for number in range(3):
            worker.accept(*(newborn(f"{number}-{n}", now=NOW + number * SECOND) for n in range(3)))
        seen: list[str] = []
        after = None
        for number in range(5):
            page = run(worker.ports.history.latest(Query(), limit=2, after=after))
            seen += [each.event_id for each in page]
            after = page[-1].id
            worker.accept(newborn(f"new-{number}", now=NOW + 9 * SECOND))
        assert list(run(worker.ports.history.latest(Query(), limit=2, after=after))) == []
        assert seen == ["2-2", "2-1", "2-0", "1-2", "1-1", "1-0", "0-2", "0-1", "0-0"]

    def test_a_page_goes_on_though_the_last_one_no_longer_is_what_was_asked_for(
        self, worker: Worker, run: Run
    ) -> None:
        last = begun("event-3")
        worker.accept(begun("event-1"), begun("event-2"), last)
        query = Query(status=Status.SENDING)
        assert run(worker.ports.history.latest(query, limit=1)) == [Outline.of(last)]
        worker.record(last.fail(Failure.REJECTED, now=NOW, by=BY))
        page = run(worker.ports.history.latest(query, limit=9, after=last.id))
        assert page == [Outline.of(begun("event-2")), Outline.of(begun("event-1"))]

    def test_behind_what_is_not_known_is_nothing(self, worker: Worker, run: Run) -> None:
        worker.accept(begun("event-1"))
        after = begun("event-2").id
        assert list(run(worker.ports.history.latest(Query(), limit=9, after=after))) == []

    def test_statistics_of_nothing_are_empty(self, worker: Worker, run: Run) -> None:
        statistics = run(worker.ports.history.statistics(accepted_from=None))
        assert statistics == Statistics(tally={}, oldest={}, flows={})

    def test_statistics_have_the_tally_and_the_oldest_of_each_wait(
        self, worker: Worker, run: Run
    ) -> None:
        for number, wait in ((3, Wait.RATE), (1, Wait.RATE), (2, Wait.TURN), (0, None), (4, None)):
            hold = None if wait is None else Waiting(reason=wait, until=NOW - 9 * SECOND)
            worker.accept(newborn(f"event-{number}", now=NOW + number * SECOND, waiting=hold))
        statistics = run(worker.ports.history.statistics(accepted_from=NOW + 99 * SECOND))
        assert statistics.tally == run(worker.ports.history.tally())
        assert sum(statistics.tally.values()) == 5
        oldest = {Wait.RATE: NOW + SECOND, Wait.TURN: NOW + 2 * SECOND}
        assert same(dict(sorted(statistics.oldest.items())), oldest)
        assert statistics.flows == {}

    def test_a_flow_counts_what_was_accepted_at_that_instant_or_later(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(begun("event-1"), begun("event-2", channel=SMS))
        worker.accept(newborn("event-3", now=NOW + MICROSECOND))
        history = worker.ports.history
        for instant, counts in (
            (None, {"email": 2, "sms": 1}),
            (NOW, {"email": 2, "sms": 1}),
            (NOW + MICROSECOND, {"email": 1}),
        ):
            flows = run(history.statistics(accepted_from=instant)).flows
            assert {channel: flow.accepted for channel, flow in flows.items()} == counts

    def test_a_flow_counts_what_was_tried_again_what_is_settled_and_what_failed(
        self, worker: Worker, run: Run
    ) -> None:
        retried, deferred, released, refused = (begun(f"event-{n}") for n in range(4))
        worker.accept(retried, deferred, released, refused)
        worker.accept(waiting("event-4", until=NOW + 3600 * SECOND))
        down = Waiting(reason=Wait.CIRCUIT, until=NOW)
        worker.record(
            _deferred(retried),
            _deferred(deferred),
            released.release(down, now=NOW, by=BY),
            refused.fail(Failure.REJECTED, now=NOW, by=BY),
        )
        for each in worker.claim(now=NOW + 60 * SECOND):
            if each.id != deferred.id:
                again = each.begin(now=NOW, by=BY)
                worker.record(again, _sent(again, at=NOW))
        [flow] = run(worker.ports.history.statistics(accepted_from=None)).flows.values()
        assert (flow.accepted, flow.retried, flow.settled, flow.failed) == (5, 1, 3, 1)
        assert (flow.retry_rate, flow.error_rate) == (1 / 5, 1 / 3)

    @pytest.mark.parametrize(
        ("count", "places"),
        [(1, (1, 1, 1)), (2, (1, 2, 2)), (100, (50, 95, 99)), (101, (51, 96, 100))],
    )
    def test_the_time_to_sent_is_that_of_one_of_them_by_the_nearest_rank(
        self, worker: Worker, run: Run, count: int, places: tuple[int, ...]
    ) -> None:
        told = [begun(f"event-{number}") for number in range(1, count + 1)]
        worker.accept(*told, begun("not-yet"), begun("by-sms", channel=SMS))
        took = [timedelta(milliseconds=7 * number) for number in range(count, 0, -1)]
        worker.record(
            *(
                _sent(each, at=each.event.occurred_at + long)
                for each, long in zip(told, took, strict=True)
            )
        )
        flows = run(worker.ports.history.statistics(accepted_from=None)).flows
        p50, p95, p99 = (timedelta(milliseconds=7 * place) for place in places)
        assert flows["email"].time_to_sent == {50: p50, 95: p95, 99: p99}
        assert flows["sms"].time_to_sent == {}

    def test_the_time_to_sent_of_what_arrived_is_until_the_provider_took_it(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(begun())
        sent = _sent(begun(), at=begun().event.occurred_at)
        delivered = replace(
            sent,
            since=NOW + 60 * SECOND,
            last_move=replace(
                sent.last_move, number=3, status=Status.DELIVERED, came_from=Status.SENT
            ),
        )
        worker.record(sent)
        worker.revise(delivered)
        flows = run(worker.ports.history.statistics(accepted_from=None)).flows
        assert flows["email"].time_to_sent == dict.fromkeys((50, 95, 99), timedelta())

    def test_the_pace_counts_stretch_by_stretch_what_was_accepted_before_its_end(
        self, worker: Worker, run: Run
    ) -> None:
        instants = [NOW - MICROSECOND, NOW, NOW + 9 * SECOND, NOW + 29 * SECOND, NOW + 30 * SECOND]
        told = [newborn(f"event-{place}", now=at) for place, at in enumerate(instants)]
        worker.accept(*told, newborn("by-sms", channel=SMS, now=NOW + 10 * SECOND))
        worker.record(
            _sent(told[1], at=told[1].event.occurred_at + 3 * SECOND),
            told[2].fail(Failure.REJECTED, now=NOW, by=BY),
        )
        pace = worker.ports.history.pace(begin_at=NOW, end_at=NOW + 30 * SECOND, each=10 * SECOND)
        first, third, by_sms = run(pace)
        assert (first.channel, first.begun_at) == ("email", NOW)
        assert (first.accepted, first.failed) == (2, 1)
        assert first.time_to_sent == dict.fromkeys((50, 95, 99), 3 * SECOND)
        assert (third.begun_at, third.accepted) == (NOW + 20 * SECOND, 1)
        assert third.time_to_sent == {}
        assert (by_sms.channel, by_sms.begun_at) == ("sms", NOW + 10 * SECOND)

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

        async def count() -> object:
            return await another.ports.history.statistics(accepted_from=None)

        steps = [step for n in range(20) for step in (write(f"event-{n}"), read(), count())]
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

    @pytest.mark.parametrize("call", ["story", "latest", "tally", "statistics", "pace"])
    def test_raises_store_unavailable(
        self, ports: Ports, database: Database, run: Run, call: str
    ) -> None:
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "story": lambda: ports.history.story("event-1"),
            "latest": lambda: ports.history.latest(Query(), limit=1),
            "tally": lambda: ports.history.tally(),
            "statistics": lambda: ports.history.statistics(accepted_from=None),
            "pace": lambda: ports.history.pace(begin_at=NOW, end_at=NOW + SECOND, each=SECOND),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert list(run(ports.history.latest(Query(), limit=1))) == []

    def test_the_backlog_is_empty_once_all_is_final(self, worker: Worker, run: Run) -> None:
        assert dict(run(worker.ports.history.backlog(now=NOW))) == {}
        worker.accept(begun("event-1"), failed("event-2"))
        backlog = dict(run(worker.ports.history.backlog(now=NOW)))
        assert backlog == {"email": Backlog(waiting={}, sending=1, due=0, due_since=None)}
        worker.record(_sent(begun("event-1"), at=NOW))
        assert dict(run(worker.ports.history.backlog(now=NOW))) == {}

    def test_the_backlog_counts_what_waits_for_what_in_each_channel(
        self, worker: Worker, run: Run
    ) -> None:
        later = NOW + SECOND
        worker.accept(begun("event-1"), begun("event-2"), waiting("event-3", until=later))
        worker.accept(waiting("event-4", until=later, reason=Wait.RATE))
        worker.accept(waiting("event-5", until=later))
        worker.accept(waiting("event-6", until=later, reason=Wait.SCHEDULE, channel=SMS))
        worker.record(_deferred(begun("event-1")))
        backlog = dict(run(worker.ports.history.backlog(now=NOW)))
        waits = {Wait.TURN: 2, Wait.RATE: 1, Wait.BACKOFF: 1}
        assert backlog == {
            "email": Backlog(waiting=waits, sending=1, due=0, due_since=None),
            "sms": Backlog(waiting={Wait.SCHEDULE: 1}, sending=0, due=0, due_since=None),
        }

    def test_the_backlog_has_what_is_due_and_in_nobodys_hand(
        self, worker: Worker, run: Run
    ) -> None:
        for number, after in enumerate((-2, -1, 0, 1)):
            due_at = NOW + after * SECOND
            worker.accept(waiting(f"event-{number}", until=due_at))
        worker.accept(waiting("event-9", until=NOW - 9 * SECOND, channel=SMS))
        backlog = run(worker.ports.history.backlog(now=NOW))
        waits = {Wait.TURN: 4}
        since = NOW - 2 * SECOND
        assert backlog["email"] == Backlog(waiting=waits, sending=0, due=3, due_since=since)
        worker.claim(limit=1)
        backlog = run(worker.ports.history.backlog(now=NOW))
        since = NOW - SECOND
        assert backlog["email"] == Backlog(waiting=waits, sending=0, due=2, due_since=since)

    def test_the_backlog_is_of_all_that_waits(self, worker: Worker, run: Run) -> None:
        worker.accept(*_waiting_for_each())
        backlog = run(worker.ports.history.backlog(now=NOW))["email"]
        assert backlog.waiting == dict.fromkeys(Wait, 1)
