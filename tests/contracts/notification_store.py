"""What does every NotificationStore keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from application.errors import RowRefused, StoreUnavailable
from application.ports.notification_store import Revival
from domain.dead_letter import DeadLetter
from domain.failure import Failure
from domain.lease import LEASE_FOR
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, Rejected, Unknown
from domain.recipient import Recipient
from domain.repeat import Repeat, Standing
from domain.status import Status, Wait, Waiting
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.dead_letters import unreadable
from tests.contracts.given import (
    BY,
    DISCARDED,
    EMAIL,
    MICROSECOND,
    NOW,
    REPLAYED,
    SECOND,
    SMS,
    again,
    begun,
    failed,
    full,
    newborn,
    position,
    sighting,
    suspect,
    waiting,
)
from tests.runner import Run, together

LATER = NOW + LEASE_FOR  #: when leases begun at NOW are over


def settled(notification: Notification, outcome: Outcome) -> Notification:
    return notification.settle(outcome, channel=EMAIL, now=NOW + SECOND, by=BY, wake_at=NOW)


def sent(notification: Notification) -> Notification:
    return settled(notification, Accepted(reason="250 ok", rule="250", provider_id="<1@a>"))


def rejected(notification: Notification) -> Notification:
    return settled(notification, Rejected(reason="550 no such user", rule="550"))


def deferred(notification: Notification) -> Notification:
    return settled(notification, Deferred(reason="450 busy", rule="450"))


def replayed(failure: Notification) -> Notification:
    """As an operator has it begun again: the next generation, attempts from 0."""
    move = replace(
        failure.last_move,
        number=failure.last_move.number + 1,
        came_from=Status.FAILED,
        status=Status.PENDING,
        generation=failure.generation + 1,
        attempt=0,
        due_at=NOW,
        waiting_for=Wait.TURN,
        failure=None,
    )
    return replace(failure, last_move=move)


class NotificationStoreContract(DatabaseContract):
    # accept: add those whose id is new

    def test_accept_adds_those_whose_id_is_new(self, worker: Worker) -> None:
        email, sms = begun(), begun(channel=SMS)
        assert worker.accept(email) == [None]
        assert worker.accept(sms) == [None]
        assert worker.chapter(email).notification == email
        assert worker.chapter(sms).notification == sms

    def test_accept_answers_for_each_in_order(self, worker: Worker, another: Worker) -> None:
        first, second = begun("event-b"), begun("event-a")
        worker.accept(first, second)
        answers = another.accept(begun("event-c"), second, begun("event-0"), first)
        assert answers == [None, Standing.of(second), None, Standing.of(first)]

    def test_what_was_added_under_the_same_lease_counts_as_added_once_more(
        self, worker: Worker
    ) -> None:
        """The answer to the first call may have been lost on its way."""
        first = begun()
        assert worker.accept(first) == [None]
        assert worker.accept(first) == [None]
        assert worker.accept(first, first) == [None, Standing.of(first)]
        assert worker.chapter(first).trail == [first.last_move]

    def test_what_has_moved_since_does_not(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first)
        worker.record(sent(first))
        assert worker.accept(first) == [Standing.of(sent(first))]

    def test_what_stands_has_its_own_origin_digest_and_instant(self, worker: Worker) -> None:
        first = replace(begun(), origin=position(2**40), accepted_at=NOW - MICROSECOND)
        worker.accept(first)
        [standing] = worker.accept(again(first, offset=7, text="Another thing"))
        assert same(standing, Standing.of(first))

    def test_the_first_stands(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first)
        worker.accept(again(first, offset=7, text="Another thing"))
        assert worker.known() == [first]
        assert worker.chapter(first).trail == [first.last_move]

    def test_the_first_stands_also_among_equal_ids_of_one_call(self, worker: Worker) -> None:
        first = begun()
        standing = Standing.of(first)
        conflict = again(first, offset=7, text="Another thing")
        answers = worker.accept(first, conflict, again(first, offset=8))
        assert answers == [None, standing, standing]
        assert worker.known() == [first]
        kinds = {seen.position.offset: seen.kind for seen in worker.chapter(first).sightings}
        assert kinds == {7: Repeat.CONFLICT, 8: Repeat.DUPLICATE}

    def test_the_first_stands_in_the_hand_it_is_in(self, worker: Worker, another: Worker) -> None:
        first = begun()
        worker.accept(first)
        another.accept(again(first))
        assert another.record(sent(first)) == []
        assert worker.record(sent(first)) == [sent(first)]

    def test_the_first_stands_however_far_it_has_come(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first)
        worker.record(sent(first))
        assert worker.accept(again(first, offset=7)) == [Standing.of(sent(first))]
        assert worker.known() == [sent(first)]

    def test_a_redelivery_leaves_no_sighting(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first, again(first))
        worker.accept(again(first))
        assert worker.chapter(first).sightings == []

    def test_another_thing_at_the_same_position_is_a_conflict_all_the_same(
        self, worker: Worker
    ) -> None:
        """A topic that was made anew counts its offsets from the start again."""
        first = begun()
        worker.accept(first)
        worker.accept(again(first, text="Another thing"))
        assert [seen.kind for seen in worker.chapter(first).sightings] == [Repeat.CONFLICT]

    def test_a_duplicate_leaves_its_sighting(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first)
        duplicate = again(first, offset=7)
        worker.accept(duplicate)
        [seen] = worker.chapter(first).sightings
        kept = Standing.of(first).sighting(
            event=duplicate.event, position=position(7), now=duplicate.accepted_at
        )
        assert same(seen, kept)
        assert seen.kind is Repeat.DUPLICATE

    def test_a_conflict_leaves_its_sighting_with_its_bytes(self, worker: Worker) -> None:
        first = begun()
        worker.accept(first)
        conflict = again(first, offset=7, text="Ein Päckchen")
        worker.accept(conflict)
        [seen] = worker.chapter(first).sightings
        kept = Standing.of(first).sighting(
            event=conflict.event, position=position(7), now=conflict.accepted_at
        )
        assert same(seen, kept)
        assert seen.kind is Repeat.CONFLICT
        assert seen.body == conflict.event.body

    def test_a_conflict_that_would_have_failed_leaves_no_dead_letter(self, worker: Worker) -> None:
        worker.accept(begun())
        worker.accept(replace(failed(), origin=position(7)))
        assert worker.dead_letter_count() == 0

    def test_accept_of_nothing_is_nothing(self, worker: Worker) -> None:
        assert worker.accept() == []
        assert worker.known() == []

    def test_five_hundred_at_once(self, worker: Worker) -> None:
        many = [waiting(f"event-{n}", until=NOW + n * MICROSECOND) for n in range(500)]
        worker.accept(*many[::2])
        answers = worker.accept(*many)
        assert [answer is None for answer in answers] == [n % 2 == 1 for n in range(500)]
        claimed = worker.claim(now=NOW + SECOND, limit=500)
        assert claimed == many
        going = [each.begin(now=NOW + SECOND, by=BY) for each in claimed]
        assert worker.record(*going) == going
        assert worker.record(*map(sent, going)) == [sent(each) for each in going]

    def test_of_two_that_accept_the_same_at_once_one_adds_each(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        both = (worker, another)
        for race in range(10):
            many = [begun(f"event-{race}-{n}") for n in range(20)]
            answers = run(together(*(w.ports.store.accept(many, lease=w.lease) for w in both)))
            for notification, mine, others in zip(many, *answers, strict=True):
                assert {mine, others} == {None, Standing.of(notification)}
                winner, loser = both if mine is None else both[::-1]
                assert loser.record(sent(notification)) == []
                assert winner.record(sent(notification)) == [sent(notification)]

    # note: keep duplicates and conflicts for the story

    def test_note_keeps_duplicates_and_conflicts_for_the_story(
        self, worker: Worker, run: Run
    ) -> None:
        first = begun()
        worker.accept(first)
        seen = [
            sighting(first, offset=2**40),
            sighting(first, offset=8, kind=Repeat.CONFLICT, body=b"{\xff\x00'"),
            sighting(first, offset=9, kind=Repeat.CONFLICT, body=b""),
        ]
        run(worker.ports.store.note(seen))
        kept = sorted(worker.chapter(first).sightings, key=seen.index)
        assert same(kept, seen)

    def test_note_keeps_the_same_position_once(self, worker: Worker, run: Run) -> None:
        first = begun()
        worker.accept(first)
        worker.accept(again(first, offset=7))
        seen = sighting(first, offset=8)
        run(worker.ports.store.note([sighting(first, offset=7), seen, seen]))
        run(worker.ports.store.note([seen]))
        worker.accept(again(first, offset=8))
        offsets = [each.position.offset for each in worker.chapter(first).sightings]
        assert sorted(offsets) == [7, 8]

    def test_note_keeps_one_position_for_each_notification_of_its_event(
        self, worker: Worker, run: Run
    ) -> None:
        email, sms = begun(), begun(channel=SMS)
        worker.accept(email, sms)
        run(worker.ports.store.note([sighting(email, offset=7), sighting(sms, offset=7)]))
        assert worker.chapter(email).sightings == [sighting(email, offset=7)]
        assert worker.chapter(sms).sightings == [sighting(sms, offset=7)]

    # Every field comes back as it was

    @pytest.mark.parametrize("status", list(Status), ids=str.lower)
    def test_every_field_comes_back_when_all_are_set(self, worker: Worker, status: Status) -> None:
        notification = full(status)
        worker.accept(notification)
        chapter = worker.chapter(notification)
        assert same(chapter.notification, notification)
        assert same(chapter.trail, [notification.last_move])
        assert same(worker.known(), [notification])

    @pytest.mark.parametrize("status", list(Status), ids=str.lower)
    def test_every_field_comes_back_through_claim(
        self, worker: Worker, another: Worker, status: Status
    ) -> None:
        notification = full(status)
        worker.accept(notification)
        claimed = another.claim(now=LATER)
        assert same(claimed, [] if status.is_final else [notification])

    @pytest.mark.parametrize("wait", list(Wait), ids=str)
    def test_every_field_comes_back_when_few_are_set(self, worker: Worker, wait: Wait) -> None:
        plain = waiting(reason=wait)
        worker.accept(plain)
        assert same(worker.known(), [plain])
        assert same(worker.claim(), [plain])

    @pytest.mark.parametrize("failure", list(Failure), ids=str)
    def test_every_field_comes_back_when_it_has_failed(
        self, worker: Worker, failure: Failure
    ) -> None:
        notification = newborn(failure=failure, words="")
        worker.accept(notification)
        assert same(worker.known(), [notification])

    def test_empty_is_not_absent(self, worker: Worker) -> None:
        empty = replace(begun(), provider_id="")
        worker.accept(empty)
        assert same(worker.known(), [empty])

    def test_every_field_comes_back_at_every_step_of_a_life(
        self, worker: Worker, another: Worker
    ) -> None:
        born = waiting()
        begun_1 = born.begin(now=NOW, by=BY)
        retrying = deferred(begun_1)
        begun_2 = retrying.begin(now=NOW + SECOND, by=BY)
        uncertain = settled(begun_2, Unknown(reason="lost"))
        begun_3 = uncertain.begin(now=NOW + 2 * SECOND, by=BY)
        released = begun_3.release(
            Waiting(reason=Wait.CIRCUIT, until=NOW + SECOND), now=NOW + SECOND, by=BY
        )
        begun_4 = released.begin(now=NOW + 3 * SECOND, by=BY)
        life = [born, begun_1, retrying, begun_2, uncertain, begun_3, released, begun_4]
        life.append(sent(begun_4))
        worker.accept(born)
        for step in life[1:]:
            if step.last_move.came_from is not Status.SENDING:
                worker.claim(now=NOW + 10 * SECOND)
            assert same(worker.record(step), [step])
            assert same(another.known(), [step])
        assert same(another.chapter(born).trail, [step.last_move for step in life])

    # claim: take in hand what is due

    def test_claim_takes_what_is_due_and_not_a_microsecond_before(self, worker: Worker) -> None:
        due = waiting(until=NOW)
        worker.accept(due, waiting("event-2", until=NOW + MICROSECOND))
        assert worker.claim(now=NOW - MICROSECOND) == []
        assert worker.claim(now=NOW) == [due]

    def test_claim_takes_the_longest_due_first(self, worker: Worker) -> None:
        lags = [3, 1, 4, 1_000_000, 5, 0, 2]
        due = [waiting(f"event-{lag}", until=NOW - lag * MICROSECOND) for lag in lags]
        worker.accept(*due)
        assert worker.claim() == sorted(due, key=lambda each: each.due_at or NOW)

    def test_claim_takes_the_longest_due_first_also_of_those_whose_worker_is_gone(
        self, worker: Worker, another: Worker
    ) -> None:
        due = [waiting(f"event-{n}", until=NOW - n * SECOND) for n in (3, 1, 5, 0, 4, 2)]
        worker.accept(*due)
        worker.claim()
        fresh = waiting("event-6", until=NOW - 3.5 * SECOND)
        worker.accept(fresh)
        longest_first = sorted([*due, fresh], key=lambda each: each.due_at or NOW)
        for longest in longest_first:
            assert another.claim(now=LATER, limit=1) == [longest]

    def test_claim_takes_no_more_than_its_limit(self, worker: Worker) -> None:
        due = [waiting(f"event-{n}", until=NOW - n * SECOND) for n in range(4)]
        worker.accept(*due)
        assert worker.claim(limit=0) == []
        assert worker.claim(limit=3) == [due[3], due[2], due[1]]
        assert worker.claim(limit=3) == [due[0]]

    def test_claim_keeps_to_its_channel(self, worker: Worker, another: Worker) -> None:
        sms = waiting(channel=SMS)
        worker.accept(sms, begun("event-2", channel=SMS))
        assert another.claim("email", now=LATER) == []
        assert another.claim("sms") == [sms]

    def test_claim_changes_nothing_but_whose_hand_it_is_in(self, worker: Worker) -> None:
        due = waiting()
        worker.accept(due)
        worker.claim()
        assert worker.known() == [due]
        assert worker.chapter(due).trail == [due.last_move]

    @pytest.mark.parametrize("outcome", [sent, rejected], ids=["sent", "failed"])
    def test_claim_never_takes_what_is_final(
        self, worker: Worker, another: Worker, outcome: Callable[[Notification], Notification]
    ) -> None:
        worker.accept(begun())
        worker.record(outcome(begun()))
        assert another.claim(now=LATER) == []

    def test_no_other_claim_gets_them_while_the_lease_lives(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting("event-1"), begun("event-2"))
        worker.claim()
        for claiming in (worker, another):
            assert claiming.claim(now=LATER - MICROSECOND) == []

    def test_claim_takes_what_is_sending_in_the_hand_of_a_lease_that_is_over(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun())
        assert another.claim(now=LATER - MICROSECOND) == []
        assert another.claim(now=LATER) == [begun()]

    def test_claim_takes_what_was_claimed_and_not_begun_once_that_lease_is_over(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting())
        worker.claim()
        assert another.claim(now=LATER - MICROSECOND) == []
        assert another.claim(now=LATER) == [waiting()]

    def test_claim_takes_what_is_in_the_hand_of_a_lease_that_was_given_up(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting("event-1", until=NOW - SECOND), begun("event-2"))
        worker.claim()
        worker.give_up()
        assert another.claim() == [waiting("event-1", until=NOW - SECOND), begun("event-2")]

    def test_only_orphans_are_claimed_where_what_is_merely_due_is_to_be_left(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting("event-1"), waiting("event-2"), begun("event-3"))
        worker.claim(limit=1)
        assert another.claim(now=LATER - MICROSECOND, only_orphans=True) == []
        orphans = another.claim(now=LATER, only_orphans=True)
        assert orphans == [waiting("event-1"), begun("event-3")]
        assert another.claim(now=LATER, only_orphans=True) == []
        assert another.claim(now=LATER) == [waiting("event-2")]

    def test_claim_leaves_what_is_in_the_hand_of_a_lease_that_was_renewed(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun())
        worker.renew(now=NOW + 20 * SECOND)
        assert another.claim(now=LATER) == []
        assert another.claim(now=LATER + 20 * SECOND - MICROSECOND) == []
        assert another.claim(now=LATER + 20 * SECOND) == [begun()]

    def test_claim_takes_again_what_was_written_as_waiting_once_it_is_due(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun())
        retrying = deferred(begun())
        worker.record(retrying)
        assert retrying.due_at == NOW + 2 * SECOND
        assert another.claim(now=NOW + 2 * SECOND - MICROSECOND) == []
        assert another.claim(now=NOW + 2 * SECOND) == [retrying]

    def test_claim_takes_what_waited_for_a_person_once_that_is_over(self, worker: Worker) -> None:
        asked = waiting(reason=Wait.PERSON, until=NOW + SECOND)
        worker.accept(asked)
        assert worker.claim(now=NOW + SECOND) == [asked]

    def test_a_suspect_comes_alone(self, worker: Worker) -> None:
        first = suspect("event-1", until=NOW - 2 * SECOND)
        others = [waiting("event-2", until=NOW - SECOND), waiting("event-3")]
        worker.accept(first, *others)
        assert worker.claim() == [first]
        assert worker.claim() == others

    def test_nothing_comes_with_a_suspect(self, worker: Worker) -> None:
        suspects = [suspect(f"event-{n}", until=NOW - n * SECOND) for n in (2, 4, 5)]
        others = [waiting(f"event-{n}", until=NOW - n * SECOND) for n in (0, 1, 3, 6, 7)]
        worker.accept(*suspects, *others)
        batches = [worker.claim() for _ in range(len(suspects) + len(others))]
        assert all(len(b) == 1 for b in batches if any(n.is_suspect for n in b))
        claimed = [each for batch in batches for each in batch]
        assert sorted(claimed, key=lambda each: each.due_at or NOW) == claimed
        assert len(claimed) == 8

    def test_a_suspect_whose_worker_is_gone_comes_alone(
        self, worker: Worker, another: Worker
    ) -> None:
        in_hand = replace(begun("event-1"), rescues=2)
        worker.accept(in_hand, begun("event-2"), waiting("event-3", until=LATER))
        batches = [another.claim(now=LATER) for _ in range(4)]
        assert [in_hand] in batches
        assert sum(len(batch) for batch in batches) == 3

    def test_two_that_claim_at_once_never_get_the_same_one(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        both = (worker, another)
        many = [waiting(f"event-{n}", until=NOW - n * SECOND) for n in range(200)]
        worker.accept(*many)
        claimed: list[Notification] = []
        for _ in range(10):
            claims = [
                w.ports.store.claim("email", now=NOW, limit=7, lease=w.lease)
                for w in both
                for _ in range(2)
            ]
            claimed += [each for batch in run(together(*claims)) for each in batch]
        ids = [each.id for each in claimed]
        assert len(ids) == len(set(ids)) == 200

    def test_two_that_claim_at_once_never_rescue_the_same_one(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        worker.accept(*(begun(f"event-{n}") for n in range(60)))
        rescuers = [Worker(run(database.connect()), run, f"r-{n}", now=LATER) for n in range(3)]
        claims = [
            r.ports.store.claim("email", now=LATER, limit=30, lease=r.lease) for r in rescuers
        ]
        ids = [each.id for batch in run(together(*claims)) for each in batch]
        assert len(ids) == len(set(ids)) == 60

    # record: write what became of those in this lease's hand

    def test_record_writes_and_returns_those_in_this_leases_hand(self, worker: Worker) -> None:
        worker.accept(begun("event-1"), begun("event-2"), waiting("event-3"))
        worker.claim()
        steps = [
            sent(begun("event-2")),
            waiting("event-3").begin(now=NOW, by=BY),
            rejected(begun("event-1")),
        ]
        assert worker.record(*steps) == steps
        assert {each.id: each for each in worker.known()} == {each.id: each for each in steps}

    def test_record_of_nothing_is_nothing(self, worker: Worker) -> None:
        assert worker.record() == []

    def test_record_leaves_what_another_lease_has_taken_meanwhile(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun("event-1"))
        another.claim(now=LATER)
        worker.accept(begun("event-2"))
        kept = sent(begun("event-2"))
        assert worker.record(rejected(begun("event-1")), kept) == [kept]
        chapter = worker.chapter(begun("event-1"))
        assert chapter.notification == begun("event-1")
        assert chapter.trail == [begun("event-1").last_move]
        assert worker.dead_letter_count() == 0

    def test_record_by_who_took_it_is_written(self, worker: Worker, another: Worker) -> None:
        worker.accept(begun())
        another.claim(now=LATER)
        uncertain = begun().rescue(channel=EMAIL, now=LATER, by="worker-2")
        assert another.record(uncertain) == [uncertain]
        assert worker.record(sent(begun())) == []
        assert worker.known() == [uncertain]

    def test_record_writes_late_what_nobody_has_taken(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun("event-1"), begun("event-2"))
        another.claim(now=LATER, limit=1)
        late = [sent(begun("event-1")), sent(begun("event-2"))]
        written = worker.record(*late)
        assert len(written) == 1
        assert written[0] in late

    def test_record_leaves_what_is_in_nobodys_hand(self, worker: Worker) -> None:
        due = waiting()
        worker.accept(due)
        assert worker.record(due.begin(now=NOW, by=BY)) == []
        assert worker.known() == [due]

    def test_record_adds_nothing_that_was_not_accepted(self, worker: Worker) -> None:
        assert worker.record(sent(begun())) == []
        assert worker.known() == []

    def test_what_is_written_as_sending_stays_in_the_leases_hand(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting())
        worker.claim()
        going = waiting().begin(now=NOW, by=BY)
        worker.record(going)
        assert another.claim(now=LATER - MICROSECOND) == []
        assert another.record(sent(going)) == []
        assert worker.record(sent(going)) == [sent(going)]

    def test_everything_else_is_in_nobodys_hand(self, worker: Worker) -> None:
        worker.accept(begun("event-1"), begun("event-2"))
        steps = [sent(begun("event-1")), deferred(begun("event-2"))]
        worker.record(*steps)
        assert worker.record(rejected(begun("event-1")), rejected(begun("event-2"))) == []
        assert {each.id: each for each in worker.known()} == {each.id: each for each in steps}

    def test_what_was_claimed_and_put_back_as_it_was_can_be_claimed_again(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(waiting())
        worker.claim()
        assert worker.record(waiting()) == [waiting()]
        assert worker.chapter(waiting()).trail == [waiting().last_move]
        assert another.claim() == [waiting()]

    def test_record_writes_equal_ids_in_the_order_given(self, worker: Worker) -> None:
        worker.accept(waiting("event-1"), waiting("event-2"))
        worker.claim()
        going = [waiting(id_).begin(now=NOW, by=BY) for id_ in ("event-1", "event-2")]
        steps = [going[1], going[0], sent(going[0]), deferred(going[1])]
        assert worker.record(*steps) == steps
        assert {each.id: each for each in worker.known()} == {each.id: each for each in steps[2:]}
        trail = [waiting("event-2").last_move, going[1].last_move, steps[3].last_move]
        assert worker.chapter(going[1]).trail == trail

    def test_of_a_late_outcome_and_a_claim_at_once_only_one_gets_it(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        async def write(late: list[Notification]) -> list[Notification]:
            return list(await worker.ports.store.record(late, lease=worker.lease))

        async def claim() -> list[Notification]:
            return list(
                await another.ports.store.claim("email", now=LATER, limit=30, lease=another.lease)
            )

        for race in range(10):
            many = [begun(f"event-{race}-{n}") for n in range(30)]
            worker.accept(*many)
            written, claimed = run(together(write([sent(each) for each in many]), claim()))
            assert {each.id for each in written}.isdisjoint(each.id for each in claimed)
            assert {each.id for each in written + claimed} == {each.id for each in many}
            another.record(*map(rejected, claimed))

    # The audit trail

    def test_each_last_move_is_appended_to_the_trail_by_its_number_once(
        self, worker: Worker
    ) -> None:
        worker.accept(begun())
        retrying = deferred(begun())
        worker.record(begun(), begun(), retrying, retrying)
        moves = [begun().last_move, retrying.last_move]
        assert worker.chapter(begun()).trail == moves

    def test_the_trail_is_in_order_beyond_nine(self, worker: Worker) -> None:
        step = begun()
        worker.accept(step)
        life = [step]
        for _ in range(12):
            until = Waiting(reason=Wait.TURN, until=NOW)
            step = life[-1].release(until, now=NOW, by=BY).begin(now=NOW, by=BY)
            life += [life[-1].release(until, now=NOW, by=BY), step]
        worker.record(*life[1:])
        assert worker.chapter(begun()).trail == [each.last_move for each in life]

    def test_a_hold_for_another_reason_leaves_a_line(self, worker: Worker) -> None:
        due = waiting()
        worker.accept(due)
        worker.claim()
        held = due.hold(Waiting(reason=Wait.RATE, until=NOW + SECOND), now=NOW, by=BY)
        worker.record(held)
        assert worker.chapter(due).notification == held
        assert worker.chapter(due).trail == [due.last_move, held.last_move]

    def test_a_longer_hold_for_the_same_reason_leaves_no_line_but_its_due_at(
        self, worker: Worker
    ) -> None:
        due = waiting()
        worker.accept(due)
        worker.claim()
        held = due.hold(Waiting(reason=Wait.TURN, until=NOW + SECOND), now=NOW, by=BY)
        assert worker.record(held) == [held]
        assert worker.chapter(due).notification == held
        assert worker.chapter(due).trail == [due.last_move]
        assert worker.next_due_at() == NOW + SECOND
        assert worker.claim(now=NOW + SECOND - MICROSECOND) == []
        assert worker.claim(now=NOW + SECOND) == [held]

    # What is written as FAILED leaves its dead letter

    def test_what_is_born_failed_leaves_its_dead_letter(self, worker: Worker, run: Run) -> None:
        worker.accept(begun("event-2"), failed("event-1"))
        letters = worker.dead_letters()
        assert letters == [failed("event-1").dead_letter()]
        assert list(worker.chapter(failed("event-1")).dead_letters) == list(letters)
        assert worker.chapter(begun("event-2")).dead_letters == []

    def test_what_is_written_as_failed_leaves_its_dead_letter(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(begun())
        failure = rejected(begun())
        worker.record(failure)
        letters = worker.dead_letters()
        assert letters == [failure.dead_letter()]

    def test_it_leaves_its_dead_letter_once_a_generation(self, worker: Worker) -> None:
        worker.accept(begun(), failed("event-2"), failed("event-2"))
        worker.accept(failed("event-2"))
        failure = rejected(begun())
        worker.record(failure, failure)
        assert worker.dead_letter_count() == 2

    def test_the_next_generation_leaves_another(self, worker: Worker) -> None:
        worker.accept(begun())
        failure = rejected(begun())
        second = replayed(failure).begin(now=NOW, by=BY)
        worker.record(failure, replayed(failure), second, rejected(second))
        letters = worker.chapter(begun()).dead_letters
        assert sorted(letter.generation or 0 for letter in letters) == [1, 2]

    # revise: what a person decided

    def test_revise_writes_what_a_person_decided(self, worker: Worker) -> None:
        worker.accept(failed())
        again_from_the_start = replay(failed())
        assert worker.revise(again_from_the_start) == [again_from_the_start]
        chapter = worker.chapter(failed())
        assert chapter.notification == again_from_the_start
        assert chapter.trail == [failed().last_move, again_from_the_start.last_move]
        assert worker.claim() == [again_from_the_start]

    def test_revise_writes_the_address_as_it_was_read_once_more(self, worker: Worker) -> None:
        worker.accept(failed())
        read_anew = replace(
            replay(failed()), recipient=Recipient(address="Ada@b.example", key="ada@b.example")
        )
        assert worker.revise(read_anew) == [read_anew]
        assert same(worker.known(), [read_anew])

    def test_revise_leaves_what_is_in_somebodys_hand(self, worker: Worker, another: Worker) -> None:
        due = waiting()
        worker.accept(due)
        worker.claim()
        held = due.hold(Waiting(reason=Wait.RATE, until=NOW + SECOND), now=NOW, by=BY)
        assert another.revise(held) == []
        assert worker.chapter(due).notification == due

    def test_revise_leaves_what_has_moved_since(self, worker: Worker, another: Worker) -> None:
        worker.accept(failed())
        first, second = replay(failed(), by="first"), replay(failed(), by="second")
        assert worker.revise(first) == [first]
        assert another.revise(second) == []
        assert worker.chapter(failed()).notification == first

    def test_revise_leaves_what_is_not_there(self, worker: Worker) -> None:
        assert worker.revise(replay(failed())) == []
        assert worker.known() == []

    # revive: another life for dead letters

    def test_revive_writes_what_begins_anew_and_settles_its_letter(self, worker: Worker) -> None:
        worker.accept(failed())
        revived = replay(failed())
        assert worker.revive(revival(revived)) == [revived]
        chapter = worker.chapter(failed())
        assert chapter.notification == revived
        assert chapter.trail == [failed().last_move, revived.last_move]
        assert [letter.settlement for letter in chapter.dead_letters] == [REPLAYED]
        assert worker.claim() == [revived]

    def test_revive_adds_those_that_a_record_told_of_and_settles_its_letter(
        self, worker: Worker, run: Run
    ) -> None:
        run(worker.ports.dead_letters.add([unreadable()]))
        newborn = [waiting(), waiting(channel=SMS)]
        read_at_last = Revival(letter_id=unreadable().id, newborn=newborn)
        assert worker.revive(read_at_last) == newborn
        assert worker.known() == newborn[::-1]
        assert [letter.settlement for letter in worker.dead_letters()] == [REPLAYED]

    def test_revive_leaves_a_letter_that_somebody_has_settled_as_it_is(
        self, worker: Worker, run: Run
    ) -> None:
        letters = [unreadable(), letter_of(failed())]
        worker.accept(failed())
        run(worker.ports.dead_letters.add([unreadable()]))
        run(worker.ports.dead_letters.settle([each.id for each in letters], DISCARDED))
        born = waiting("event-2")
        too_late = Revival(letter_id=unreadable().id, newborn=[born])
        assert worker.revive(too_late, revival(replay(failed()))) == []
        assert worker.known() == [failed()]
        assert [letter.settlement for letter in worker.dead_letters()] == [DISCARDED] * 2

    def test_revive_writes_those_of_open_letters_beside_others(
        self, worker: Worker, run: Run
    ) -> None:
        both = [failed("event-1"), failed("event-2")]
        worker.accept(*both)
        run(worker.ports.dead_letters.settle([letter_of(both[0]).id], DISCARDED))
        assert worker.revive(*map(revival, map(replay, both))) == [replay(both[1])]
        assert worker.known() == [replay(both[1]), both[0]]

    def test_revive_answers_for_what_is_new_of_a_record_alone(
        self, worker: Worker, run: Run
    ) -> None:
        run(worker.ports.dead_letters.add([unreadable()]))
        newborn = [waiting(), waiting(channel=SMS)]
        worker.accept(newborn[0])
        read_at_last = Revival(letter_id=unreadable().id, newborn=newborn)
        assert worker.revive(read_at_last) == newborn[1:]
        assert [letter.settlement for letter in worker.dead_letters()] == [REPLAYED]

    def test_revive_of_nothing_is_nothing(self, worker: Worker) -> None:
        assert worker.revive() == []

    def test_of_a_revival_that_is_refused_the_letter_stays_open(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        run(worker.ports.dead_letters.add([unreadable()]))
        run(database.will_refuse("event-1"))
        refused = Revival(letter_id=unreadable().id, newborn=[waiting()])
        with pytest.raises(RowRefused):
            worker.revive(refused)
        assert worker.known() == []
        assert worker.dead_letters() == [unreadable()]

    def test_of_two_that_revive_and_settle_the_same_at_once_one_has_each(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        for race in range(10):
            many = [failed(f"event-{race}-{n}") for n in range(20)]
            worker.accept(*many)
            ids = [letter_of(each).id for each in many]
            revivals = [revival(replay(each)) for each in many]
            calls = [
                worker.ports.store.revive(revivals, REPLAYED),
                another.ports.dead_letters.settle(ids[::-1], DISCARDED),
            ]
            run(together(*calls[:: (-1) ** race]))
            for each in many:
                chapter = worker.chapter(each)
                [letter] = chapter.dead_letters
                assert letter.settlement == (
                    DISCARDED if chapter.notification == each else REPLAYED
                )

    # next_due_at: when the next one can be claimed

    def test_next_due_at_is_when_the_next_one_can_be_claimed(self, worker: Worker) -> None:
        assert worker.next_due_at() is None
        for wait in (Wait.SCHEDULE, Wait.RATE, Wait.RECEIPT):
            for seconds in (3, 1, 2):
                until = NOW + seconds * SECOND + MICROSECOND
                worker.accept(waiting(f"{wait}-{seconds}", until=until, reason=wait))
        assert same(worker.next_due_at(), NOW + SECOND + MICROSECOND)

    def test_next_due_at_of_what_is_due_already_has_passed(self, worker: Worker) -> None:
        worker.accept(waiting(until=NOW - SECOND))
        assert worker.next_due_at() == NOW - SECOND

    def test_for_next_due_at_what_waits_for_a_person_does_not_count(self, worker: Worker) -> None:
        worker.accept(waiting("event-1", reason=Wait.PERSON))
        assert worker.next_due_at() is None
        worker.accept(waiting("event-2", until=NOW + SECOND))
        assert worker.next_due_at() == NOW + SECOND

    def test_for_next_due_at_what_is_final_does_not_count(self, worker: Worker) -> None:
        worker.accept(begun("event-1"), failed("event-2"))
        worker.record(sent(begun("event-1")))
        assert worker.next_due_at() is None

    def test_what_is_in_somebodys_hand_can_be_claimed_when_that_lease_is_over(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun("event-1"))
        another.accept(waiting("event-2"))
        another.claim()
        assert worker.next_due_at() == worker.lease.until
        worker.renew(now=NOW + 40 * SECOND)
        assert worker.next_due_at() == another.lease.until
        worker.accept(waiting("event-3", until=another.lease.until - MICROSECOND))
        assert worker.next_due_at() == another.lease.until - MICROSECOND

    def test_what_was_in_a_hand_that_gave_up_can_be_claimed_at_once(
        self, worker: Worker, another: Worker
    ) -> None:
        worker.accept(begun("event-1"), begun("event-2", channel=SMS))
        worker.give_up(now=NOW + SECOND)
        for channel in ("email", "sms"):
            due_at = another.next_due_at(channel)
            assert due_at is not None
            assert due_at <= NOW + SECOND

    def test_for_next_due_at_what_is_in_nobodys_hand_does_not_count_beside_orphans(
        self, worker: Worker
    ) -> None:
        worker.accept(waiting("event-1"))
        assert worker.next_due_at(only_orphans=True) is None
        worker.accept(begun("event-2"))
        assert worker.next_due_at(only_orphans=True) == worker.lease.until

    def test_next_due_at_keeps_to_its_channel(self, worker: Worker) -> None:
        worker.accept(waiting(channel=SMS), begun("event-2", channel=SMS))
        assert worker.next_due_at("email") is None
        assert worker.next_due_at("sms") == NOW

    # One atomic step, durable when it returns

    def test_a_row_that_is_refused_writes_nothing_of_its_call(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        run(database.will_refuse("event-2"))
        neighbours = [begun("event-1"), failed("event-3")]
        worker.accept(begun("event-0"))
        for order in ([begun("event-2"), *neighbours], [*neighbours, begun("event-2")]):
            with pytest.raises(RowRefused):
                worker.accept(again(begun("event-0"), offset=7), *order)
        assert worker.known() == [begun("event-0")]
        assert worker.chapter(begun("event-0")).sightings == []
        assert worker.dead_letter_count() == 0
        assert worker.accept(*neighbours) == [None, None]

    def test_an_outcome_that_is_refused_writes_nothing_of_its_call(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        both = [begun("event-1"), begun("event-2")]
        worker.accept(*both)
        run(database.will_refuse("event-2"))
        with pytest.raises(RowRefused):
            worker.record(*map(rejected, both))
        assert {each.status for each in worker.known()} == {Status.SENDING}
        assert worker.chapter(both[0]).trail == [both[0].last_move]
        assert worker.dead_letter_count() == 0
        assert worker.record(sent(both[0])) == [sent(both[0])]

    @pytest.mark.parametrize("call", ["accept", "note", "claim", "record", "revive", "next_due_at"])
    def test_raises_store_unavailable_and_nothing_was_written(
        self, worker: Worker, database: Database, ports: Ports, run: Run, call: str
    ) -> None:
        worker.accept(begun("event-1"), waiting("event-2"))
        store, lease = ports.store, worker.lease
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "accept": lambda: store.accept([begun("event-3")], lease=lease),
            "note": lambda: store.note([sighting(begun("event-1"), offset=7)]),
            "claim": lambda: store.claim("email", now=NOW, limit=9, lease=lease),
            "record": lambda: store.record([sent(begun("event-1"))], lease=lease),
            "revive": lambda: store.revive([revival(replay(failed()))], REPLAYED),
            "next_due_at": lambda: store.next_due_at("email"),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert len(worker.known()) == 2
        assert worker.chapter(begun("event-1")).notification == begun("event-1")
        assert worker.chapter(begun("event-1")).sightings == []
        assert worker.claim() == [waiting("event-2")]

    def test_what_was_written_is_there_after_a_restart(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        worker.accept(full(Status.RETRYING), begun("event-1"), failed("event-2"))
        worker.accept(again(begun("event-1"), offset=7, text="Another thing"))
        worker.record(sent(begun("event-1")))
        before = worker.known(), worker.chapter(begun("event-1")), worker.dead_letter_count()
        run(database.restart())
        after = Worker(run(database.connect()), run, "worker-3")
        assert same(
            (after.known(), after.chapter(begun("event-1")), after.dead_letter_count()), before
        )

    def test_what_was_in_hand_is_in_the_same_hand_after_a_restart(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        worker.accept(begun("event-1"), waiting("event-2"))
        worker.claim()
        run(database.restart())
        after = Worker(run(database.connect()), run, "worker-3")
        assert after.claim(now=LATER - MICROSECOND) == []
        assert len(after.claim(now=LATER)) == 2


def replay(notification: Notification, *, by: str = "ada") -> Notification:
    return notification.replay(
        recipient=notification.recipient, due_at=NOW, now=NOW, by=by, why="the address is right"
    )


def letter_of(failure: Notification) -> DeadLetter:
    letter = failure.dead_letter()
    assert letter is not None
    return letter


def revival(revived: Notification) -> Revival:
    return Revival(
        letter_id=DeadLetter.id_of(revived.id, revived.generation - 1),
        revised=[revived],
    )
