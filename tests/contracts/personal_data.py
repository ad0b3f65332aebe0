"""What does every PersonalData keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from application.errors import StoreUnavailable
from application.ports.personal_data import PersonalData
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.errors import UnreadableEvent
from domain.event import FORGOTTEN_BODY
from domain.notification import Notification
from domain.person import Person
from domain.recipient import FORGOTTEN, Recipient
from domain.record import Record
from domain.repeat import Repeat
from domain.status import Status
from tests.contracts.database import Database, DatabaseContract, Ports, Worker
from tests.contracts.given import (
    EVERYTHING,
    NOW,
    SECOND,
    SMS,
    again,
    begun,
    event,
    failed,
    newborn,
    position,
    sighting,
    waiting,
)
from tests.contracts.notification_store import sent
from tests.runner import Run

ADA = Person(recipients=(Recipient(address="ada@example.com", key="ada@example.com"),))
GRACE = Person(recipients=(Recipient(address="+15557654321", key="+15557654321"),))
SETTLEMENT = Settlement(how=Settled.FORGOTTEN, at=NOW, by="Linus", why="forgotten")


def forgotten(notification: Notification) -> Notification:
    return notification.forget(now=NOW + SECOND, by="Linus")


def unreadable(offset: int, body: bytes) -> DeadLetter:
    record = Record(value=body, position=position(offset), appended_at=NOW)
    return DeadLetter.of_record(record, UnreadableEvent("record", "not JSON"), now=NOW)


class PersonalDataContract(DatabaseContract):
    @pytest.fixture
    def told(self, worker: Worker) -> Notification:
        worker.accept(begun())
        worker.record(sent(begun()))
        return sent(begun())

    # find

    def test_finds_the_events_of_which_a_notification_is_addressed_to_them(
        self, worker: Worker, run: Run
    ) -> None:
        to_grace = newborn("event-3", of=event("event-3", email="grace@example.com"))
        worker.accept(begun(), waiting("event-2"), to_grace)
        kept = run(worker.ports.personal_data.find(ADA))
        assert sorted(kept.event_ids) == ["event-1", "event-2"]
        assert kept.loose == 0

    def test_finds_them_by_any_of_their_addresses(self, worker: Worker, run: Run) -> None:
        worker.accept(begun(), begun("event-2", channel=SMS))
        both = Person(
            recipients=(*ADA.recipients, Recipient(address="+15551234567", key="+15551234567"))
        )
        kept = run(worker.ports.personal_data.find(both))
        assert sorted(kept.event_ids) == ["event-1", "event-2"]

    def test_counts_a_conflict_of_their_own_event_with_that(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        body = told.event.body
        run(worker.ports.store.note([sighting(told, offset=7, kind=Repeat.CONFLICT, body=body)]))
        assert run(worker.ports.personal_data.find(ADA)).loose == 0

    def test_finding_changes_nothing(self, worker: Worker, told: Notification, run: Run) -> None:
        run(worker.ports.personal_data.find(ADA))
        assert worker.known() == [told]

    # erase

    def test_erases_for_whom_and_what_and_leaves_what_happened(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        assert list(run(worker.ports.personal_data.erase([forgotten(told)]))) == [forgotten(told)]
        [left] = worker.known()
        assert left == forgotten(told)
        assert left.recipient == FORGOTTEN
        assert left.event.is_forgotten
        assert (left.event.text, left.event.body) == ("", FORGOTTEN_BODY)
        for fact in ("id", "channel", "origin", "accepted_at", "since", "status", "provider_id"):
            assert getattr(left, fact) == getattr(told, fact)
        for fact in ("id", "message_type", "occurred_at", "expires_at", "digest"):
            assert getattr(left.event, fact) == getattr(told.event, fact)

    def test_appends_who_and_when_to_the_trail(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        before = worker.chapter(told).trail
        run(worker.ports.personal_data.erase([forgotten(told)]))
        *same, last = worker.chapter(told).trail
        assert same == list(before)
        assert (last.by, last.at, last.status) == ("Linus", NOW + SECOND, Status.SENT)

    def test_what_was_erased_is_not_found_again(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        run(worker.ports.personal_data.erase([forgotten(told)]))
        kept = run(worker.ports.personal_data.find(ADA))
        assert (list(kept.event_ids), kept.loose) == ([], 0)

    def test_the_same_event_is_known_again(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        run(worker.ports.personal_data.erase([forgotten(told)]))
        twice, other = again(begun(), offset=7), again(begun(), offset=8, text="Another thing")
        for new, kind in ((twice, Repeat.DUPLICATE), (other, Repeat.CONFLICT)):
            [standing] = worker.accept(new)
            assert standing is not None
            assert standing.compare(position=new.origin, digest=new.event.digest) is kind

    def test_others_are_left_as_they_are(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        other = waiting("event-2")
        worker.accept(other, failed("event-3"))
        run(worker.ports.personal_data.erase([forgotten(told)]))
        assert other in worker.known()
        assert failed("event-3") in worker.known()
        [letter] = run(worker.ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert letter == failed("event-3").dead_letter()

    def test_the_bodies_of_its_conflicts_go_with_it(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        conflict = sighting(told, offset=7, kind=Repeat.CONFLICT, body=b"other")
        run(worker.ports.store.note([conflict, sighting(told, offset=8)]))
        run(worker.ports.personal_data.erase([forgotten(told)]))
        bodies = {each.position.offset: each.body for each in worker.chapter(told).sightings}
        assert bodies == {7: FORGOTTEN_BODY, 8: None}

    def test_the_body_of_its_dead_letter_goes_with_it_and_it_is_settled(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(failed())
        run(worker.ports.personal_data.erase([forgotten(failed())]))
        [letter] = run(worker.ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert letter.body == FORGOTTEN_BODY
        assert letter.settlement == replace(SETTLEMENT, at=NOW + SECOND)

    def test_what_somebody_decided_about_its_dead_letter_stays(
        self, worker: Worker, run: Run
    ) -> None:
        worker.accept(failed())
        letter = failed().dead_letter()
        assert letter is not None
        discarded = Settlement(how=Settled.DISCARDED, at=NOW, by="grace", why="junk")
        run(worker.ports.dead_letters.settle([letter.id], discarded))
        run(worker.ports.personal_data.erase([forgotten(failed())]))
        [left] = run(worker.ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert (left.body, left.settlement) == (FORGOTTEN_BODY, discarded)

    def test_what_is_in_somebodys_hand_is_left_as_it_is(self, worker: Worker, run: Run) -> None:
        worker.accept(begun())
        assert list(run(worker.ports.personal_data.erase([forgotten(sent(begun()))]))) == []
        assert worker.known() == [begun()]

    def test_what_has_moved_on_is_left_as_it_is(self, worker: Worker, run: Run) -> None:
        worker.accept(failed())
        revived = replay(failed())
        worker.revise(revived)
        assert list(run(worker.ports.personal_data.erase([forgotten(failed())]))) == []
        assert worker.known() == [revived]
        [letter] = run(worker.ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert letter == failed().dead_letter()

    def test_whoever_read_it_before_does_not_bring_it_back(self, worker: Worker, run: Run) -> None:
        worker.accept(failed())
        run(worker.ports.personal_data.erase([forgotten(failed())]))
        assert worker.revise(replay(failed())) == []
        assert worker.known() == [forgotten(failed())]

    def test_erasing_nothing_changes_nothing(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        assert list(run(worker.ports.personal_data.erase([]))) == []
        assert worker.known() == [told]

    # erase_loose

    @pytest.mark.parametrize(
        ("person", "body"),
        [
            pytest.param(ADA, b'{"email":"ada@example.com","mess', id="an address"),
            pytest.param(ADA, b'"Ada@Example.COM"', id="in another case"),
            pytest.param(ADA, b'{"message":"hi\\nada@example.com."', id="in a message"),
            pytest.param(ADA, b"\xff\xfe ada@example.com", id="beside what is no text"),
            pytest.param(GRACE, b'"phoneNumber":"+15557654321"', id="a number"),
            pytest.param(GRACE, b"call +1 (555) 765-4321!", id="with separators"),
        ],
    )
    def test_erases_what_nobody_could_read_and_mentions_them(
        self, ports: Ports, run: Run, person: Person, body: bytes
    ) -> None:
        letter = unreadable(1, body)
        run(ports.dead_letters.add([letter]))
        assert run(ports.personal_data.find(person)).loose == 1
        assert run(ports.personal_data.erase_loose(person, SETTLEMENT)) == 1
        [left] = run(ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert left == replace(letter, body=FORGOTTEN_BODY, settlement=SETTLEMENT)
        assert run(ports.personal_data.find(person)).loose == 0
        assert run(ports.personal_data.erase_loose(person, SETTLEMENT)) == 0

    @pytest.mark.parametrize(
        ("person", "body"),
        [
            pytest.param(ADA, b'"grandada@example.com"', id="a longer name"),
            pytest.param(ADA, b'"ada@example.com.au"', id="a longer domain"),
            pytest.param(ADA, b'"ada@exampleXcom"', id="no dot"),
            pytest.param(GRACE, b'"+155576543210"', id="a longer number"),
            pytest.param(GRACE, b"1715557654321", id="a longer number before"),
        ],
    )
    def test_leaves_what_mentions_another(
        self, ports: Ports, run: Run, person: Person, body: bytes
    ) -> None:
        letter = unreadable(1, body)
        run(ports.dead_letters.add([letter]))
        assert run(ports.personal_data.find(person)).loose == 0
        assert run(ports.personal_data.erase_loose(person, SETTLEMENT)) == 0
        assert list(run(ports.dead_letters.batch(EVERYTHING, limit=9, after=None))) == [letter]

    def test_erases_a_conflict_that_mentions_them_under_anothers_event(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        conflict = sighting(
            told, offset=7, kind=Repeat.CONFLICT, body=b'{"phoneNumber":"+15557654321"}'
        )
        run(worker.ports.store.note([conflict]))
        assert run(worker.ports.personal_data.find(GRACE)).loose == 1
        assert run(worker.ports.personal_data.erase_loose(GRACE, SETTLEMENT)) == 1
        [left] = worker.chapter(told).sightings
        assert left == replace(conflict, body=FORGOTTEN_BODY)
        assert worker.known() == [told]

    # all of it

    def test_purging_keeps_what_there_is(
        self, worker: Worker, told: Notification, run: Run
    ) -> None:
        run(worker.ports.personal_data.erase([forgotten(told)]))
        run(worker.ports.personal_data.purge())
        assert worker.known() == [forgotten(told)]

    def test_is_durable_when_it_returns(
        self, database: Database, worker: Worker, told: Notification, run: Run
    ) -> None:
        run(worker.ports.personal_data.erase([forgotten(told)]))
        run(database.restart())
        found = run(run(database.connect()).history.find([told.id]))
        assert list(found.values()) == [forgotten(told)]

    @pytest.mark.parametrize(
        "call",
        [
            lambda data: data.find(ADA),
            lambda data: data.erase([forgotten(failed())]),
            lambda data: data.erase_loose(ADA, SETTLEMENT),
            lambda data: data.purge(),
        ],
        ids=["find", "erase", "erase_loose", "purge"],
    )
    def test_a_store_that_is_away_raises_store_unavailable(
        self,
        database: Database,
        ports: Ports,
        run: Run,
        call: Callable[[PersonalData], Coroutine[Any, Any, object]],
    ) -> None:
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(call(ports.personal_data))
        run(database.come_back())
        assert run(ports.personal_data.find(ADA)).loose == 0


def replay(notification: Notification) -> Notification:
    return notification.replay(
        recipient=notification.recipient,
        due_at=NOW,
        now=NOW,
        by="grace",
        why="it is mended",
    )
