"""What does every DeadLetters keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from application.errors import StoreUnavailable
from application.ports.dead_letters import DeadLetterQuery
from domain.dead_letter import UNREADABLE, DeadLetter, DeadLetterOutline, Settled, Settlement
from domain.errors import UnreadableEvent
from domain.failure import Failure
from domain.record import Record
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.given import EVERYTHING, MICROSECOND, NOW, failed, position
from tests.runner import Run, together


def unreadable(offset: int = 1, *, value: bytes | None = b"{\xff\x00'") -> DeadLetter:
    """Each a microsecond newer than the one before it."""
    record = Record(value=value, position=position(offset), appended_at=NOW)
    error = UnreadableEvent("payload.message", "is missing, „sagt“ 'sie'")
    return DeadLetter.of_record(record, error, now=NOW + offset * MICROSECOND)


def of_notification() -> DeadLetter:
    letter = failed().dead_letter()
    assert letter is not None
    return replace(
        letter, reason="invalid", failed_at=NOW, attempts=4, generation=2, error="550 übel"
    )


def outlines(*letters: DeadLetter) -> list[DeadLetterOutline]:
    return [letter.outline for letter in letters]


class DeadLettersContract(DatabaseContract):
    @pytest.mark.parametrize(
        "letter",
        [of_notification(), unreadable(), unreadable(2**40), unreadable(value=None)],
        ids=["of a notification", "of a record", "from far along", "of a tombstone"],
    )
    def test_every_field_comes_back(self, ports: Ports, run: Run, letter: DeadLetter) -> None:
        run(ports.dead_letters.add([letter]))
        batch = run(ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert same(list(batch), [letter])

    def test_every_field_but_the_body_comes_back_in_a_list(self, ports: Ports, run: Run) -> None:
        letters = [of_notification(), unreadable(), unreadable(2**40)]
        run(ports.dead_letters.add(letters))
        latest = run(ports.dead_letters.latest(EVERYTHING, limit=9))
        assert same(list(latest), outlines(*letters[::-1]))

    def test_adding_one_whose_id_is_known_already_changes_nothing(
        self, ports: Ports, run: Run
    ) -> None:
        first = unreadable()
        another = replace(first, error="another error", failed_at=NOW, body=b"another")
        run(ports.dead_letters.add([first, another]))
        run(ports.dead_letters.add([another, unreadable(2)]))
        assert list(run(ports.dead_letters.latest(EVERYTHING, limit=9))) == outlines(
            unreadable(2), first
        )
        assert sum(run(ports.dead_letters.tally(EVERYTHING)).values()) == 2

    def test_adding_nothing_changes_nothing(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([]))
        assert sum(run(ports.dead_letters.tally(EVERYTHING)).values()) == 0
        assert list(run(ports.dead_letters.latest(EVERYTHING, limit=9))) == []

    def test_two_that_add_the_same_at_once_add_it_once(
        self, ports: Ports, database: Database, run: Run
    ) -> None:
        another = run(database.connect())
        letters = [unreadable(offset) for offset in range(50)]
        run(together(*(each.dead_letters.add(letters) for each in (ports, another) * 2)))
        assert sum(run(another.dead_letters.tally(EVERYTHING)).values()) == 50

    def test_latest_is_newest_first(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        latest = run(ports.dead_letters.latest(EVERYTHING, limit=9))
        assert list(latest) == outlines(*map(unreadable, (11, 3, 2, 1)))

    def test_latest_has_no_more_than_its_limit(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        latest = run(ports.dead_letters.latest(EVERYTHING, limit=2))
        assert list(latest) == outlines(unreadable(11), unreadable(3))
        assert list(run(ports.dead_letters.latest(EVERYTHING, limit=0))) == []

    def test_latest_keeps_to_the_reason_asked_for(self, ports: Ports, run: Run) -> None:
        letters = [unreadable(1), of_notification(), unreadable(2)]
        run(ports.dead_letters.add(letters))
        latest = run(ports.dead_letters.latest(DeadLetterQuery(reason=Failure.INVALID), limit=1))
        assert list(latest) == outlines(of_notification())
        latest = run(ports.dead_letters.latest(DeadLetterQuery(reason=UNREADABLE), limit=9))
        assert list(latest) == outlines(unreadable(2), unreadable(1))
        assert list(run(ports.dead_letters.latest(DeadLetterQuery(reason="none"), limit=9))) == []

    def test_latest_goes_on_behind_the_last_one_of_the_page_before(
        self, ports: Ports, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        first = run(ports.dead_letters.latest(EVERYTHING, limit=2))
        run(ports.dead_letters.add([unreadable(12)]))
        second = run(ports.dead_letters.latest(EVERYTHING, limit=9, after=first[-1]))
        assert list(second) == outlines(unreadable(2), unreadable(1))
        assert list(run(ports.dead_letters.latest(EVERYTHING, limit=9, after=second[-1]))) == []

    def test_no_page_leaves_out_one_that_failed_at_the_same_time(
        self, ports: Ports, run: Run
    ) -> None:
        numbers = [2**127, 3, 2**64, 1, 2]
        run(ports.dead_letters.add([replace(unreadable(), id=UUID(int=n)) for n in numbers]))
        got: list[int] = []
        after: DeadLetterOutline | None = None
        while page := run(ports.dead_letters.latest(EVERYTHING, limit=2, after=after)):
            got += [each.id.int for each in page]
            after = page[-1]
        assert got == sorted(numbers, reverse=True)

    def test_find_gives_those_that_there_are_settled_or_not(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(1), unreadable(2), unreadable(3)]))
        discarded = Settlement(how=Settled.DISCARDED, at=NOW, by="ada", why="a test")
        run(ports.dead_letters.settle([unreadable(2).id], discarded))
        wanted = [unreadable(offset).id for offset in (2, 9, 1)]
        assert run(ports.dead_letters.find(wanted)) == {
            unreadable(1).id: unreadable(1),
            unreadable(2).id: replace(unreadable(2), settlement=discarded),
        }

    def test_find_asked_for_nothing_finds_nothing(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable()]))
        assert run(ports.dead_letters.find([])) == {}

    def test_find_finds_five_hundred(self, ports: Ports, run: Run) -> None:
        letters = [replace(unreadable(n), id=UUID(int=n)) for n in range(500)]
        run(ports.dead_letters.add(letters))
        found = run(ports.dead_letters.find([each.id for each in letters]))
        assert found == {each.id: each for each in letters}

    def test_batch_is_oldest_first(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        batch = run(ports.dead_letters.batch(EVERYTHING, limit=9, after=None))
        assert list(batch) == [unreadable(offset) for offset in (1, 2, 3, 11)]

    def test_batch_goes_on_behind_the_last_one_of_the_batch_before(
        self, ports: Ports, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        first = run(ports.dead_letters.batch(EVERYTHING, limit=2, after=None))
        assert list(first) == [unreadable(1), unreadable(2)]
        run(ports.dead_letters.add([unreadable(0), unreadable(4)]))
        second = run(ports.dead_letters.batch(EVERYTHING, limit=2, after=first[-1]))
        assert list(second) == [unreadable(3), unreadable(4)]
        third = run(ports.dead_letters.batch(EVERYTHING, limit=2, after=second[-1]))
        assert list(third) == [unreadable(11)]
        assert list(run(ports.dead_letters.batch(EVERYTHING, limit=2, after=third[-1]))) == []

    def test_those_that_failed_at_the_same_time_come_in_the_order_of_their_ids(
        self, ports: Ports, run: Run
    ) -> None:
        numbers = [2**127, 3, 2**64, 1, 2]
        letters = [replace(unreadable(), id=UUID(int=number)) for number in numbers]
        run(ports.dead_letters.add(letters))
        got: list[int] = []
        after: DeadLetter | None = None
        while batch := run(ports.dead_letters.batch(EVERYTHING, limit=2, after=after)):
            got += [each.id.int for each in batch]
            after = batch[-1]
        assert got == sorted(numbers)

    def test_batch_keeps_to_what_was_asked_for(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(1), of_notification(), unreadable(2)]))
        discarded = Settlement(how=Settled.DISCARDED, at=NOW, by="ada", why="a test")
        run(ports.dead_letters.settle([unreadable(1).id], discarded))
        query = DeadLetterQuery(reason=UNREADABLE)
        batch = run(ports.dead_letters.batch(query, limit=9, after=None))
        assert list(batch) == [unreadable(2)]

    def test_a_batch_goes_on_though_the_last_one_was_settled_meanwhile(
        self, ports: Ports, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (1, 2, 3)]))
        query = DeadLetterQuery()
        first = run(ports.dead_letters.batch(query, limit=2, after=None))
        replayed = Settlement(how=Settled.REPLAYED, at=NOW, by="ada", why="a test")
        run(ports.dead_letters.settle([each.id for each in first], replayed))
        second = run(ports.dead_letters.batch(query, limit=2, after=first[-1]))
        assert list(second) == [unreadable(3)]

    def test_tally_says_how_many_for_each_reason(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(1), of_notification(), unreadable(2)]))
        tally = run(ports.dead_letters.tally(EVERYTHING))
        assert tally == {UNREADABLE: 2, Failure.INVALID: 1}
        tally = run(ports.dead_letters.tally(DeadLetterQuery(reason=UNREADABLE)))
        assert tally == {UNREADABLE: 2}

    @pytest.mark.parametrize(
        "query",
        [
            DeadLetterQuery(channel="sms"),
            DeadLetterQuery(message_type="another"),
            DeadLetterQuery(event_id="another"),
            DeadLetterQuery(failed_before=NOW),
            DeadLetterQuery(failed_from=NOW + MICROSECOND),
        ],
        ids=["channel", "type", "event", "before", "from"],
    )
    def test_a_query_leaves_out_what_it_does_not_name(
        self, ports: Ports, run: Run, query: DeadLetterQuery
    ) -> None:
        run(ports.dead_letters.add([of_notification()]))
        assert list(run(ports.dead_letters.latest(query, limit=9))) == []

    def test_a_query_finds_what_it_names(self, ports: Ports, run: Run) -> None:
        letter = of_notification()
        run(ports.dead_letters.add([letter]))
        query = DeadLetterQuery(
            reason=letter.reason,
            channel=letter.channel,
            message_type=letter.message_type,
            event_id=letter.event_id,
            failed_from=letter.failed_at,
            failed_before=letter.failed_at + MICROSECOND,
        )
        assert list(run(ports.dead_letters.latest(query, limit=9))) == outlines(letter)

    def test_settling_marks_the_open_ones_and_settling_again_changes_nothing(
        self, ports: Ports, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(1), unreadable(2)]))
        discarded = Settlement(how=Settled.DISCARDED, at=NOW, by="ada", why="a test")
        replayed = Settlement(how=Settled.REPLAYED, at=NOW, by="grace", why="another")
        assert run(ports.dead_letters.settle([unreadable(1).id], discarded)) == 1
        assert run(ports.dead_letters.settle([unreadable(1).id], replayed)) == 0
        assert list(run(ports.dead_letters.latest(DeadLetterQuery(), limit=9))) == outlines(
            unreadable(2)
        )
        settled = replace(unreadable(1), settlement=discarded)
        assert list(run(ports.dead_letters.latest(EVERYTHING, limit=9)))[1] == settled.outline
        assert same(run(ports.dead_letters.find([settled.id])), {settled.id: settled})

    def test_those_of_the_store_are_among_them_once(self, worker: Worker, run: Run) -> None:
        letter = failed().dead_letter()
        assert letter is not None
        worker.accept(failed())
        run(worker.ports.dead_letters.add([letter]))
        assert list(run(worker.ports.dead_letters.latest(EVERYTHING, limit=9))) == outlines(letter)
        assert sum(run(worker.ports.dead_letters.tally(EVERYTHING)).values()) == 1

    def test_five_hundred_at_once(self, ports: Ports, run: Run) -> None:
        letters = [replace(unreadable(n), id=UUID(int=n)) for n in range(500)]
        run(ports.dead_letters.add(letters))
        assert sum(run(ports.dead_letters.tally(EVERYTHING)).values()) == 500

    def test_durable_when_it_returns(self, ports: Ports, database: Database, run: Run) -> None:
        run(ports.dead_letters.add([unreadable()]))
        run(database.restart())
        after = run(database.connect())
        assert same(
            run(after.dead_letters.find([unreadable().id])), {unreadable().id: unreadable()}
        )

    @pytest.mark.parametrize("call", ["add", "latest", "find", "batch", "tally", "settle"])
    def test_raises_store_unavailable(
        self, ports: Ports, database: Database, run: Run, call: str
    ) -> None:
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "add": lambda: ports.dead_letters.add([unreadable()]),
            "latest": lambda: ports.dead_letters.latest(EVERYTHING, limit=1),
            "find": lambda: ports.dead_letters.find([unreadable().id]),
            "batch": lambda: ports.dead_letters.batch(EVERYTHING, limit=1, after=None),
            "tally": lambda: ports.dead_letters.tally(EVERYTHING),
            "settle": lambda: ports.dead_letters.settle(
                [unreadable().id], Settlement(how=Settled.DISCARDED, at=NOW, by="ada", why="")
            ),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert sum(run(ports.dead_letters.tally(EVERYTHING)).values()) == 0
