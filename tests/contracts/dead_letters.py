"""What does every DeadLetters keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from application.errors import StoreUnavailable
from domain.dead_letter import UNREADABLE, DeadLetter
from domain.errors import UnreadableEvent
from domain.failure import Failure
from domain.record import Record
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.given import MICROSECOND, NOW, failed, position
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


class DeadLettersContract(DatabaseContract):
    @pytest.mark.parametrize(
        "letter",
        [of_notification(), unreadable(), unreadable(2**40), unreadable(value=None)],
        ids=["of a notification", "of a record", "from far along", "of a tombstone"],
    )
    def test_every_field_comes_back(self, ports: Ports, run: Run, letter: DeadLetter) -> None:
        run(ports.dead_letters.add([letter]))
        assert same(list(run(ports.dead_letters.latest(limit=9))), [letter])

    def test_adding_one_whose_id_is_known_already_changes_nothing(
        self, ports: Ports, run: Run
    ) -> None:
        first = unreadable()
        another = replace(first, error="another error", failed_at=NOW, body=b"another")
        run(ports.dead_letters.add([first, another]))
        run(ports.dead_letters.add([another, unreadable(2)]))
        assert list(run(ports.dead_letters.latest(limit=9))) == [unreadable(2), first]
        assert run(ports.dead_letters.count()) == 2

    def test_adding_nothing_changes_nothing(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([]))
        assert run(ports.dead_letters.count()) == 0
        assert list(run(ports.dead_letters.latest(limit=9))) == []

    def test_two_that_add_the_same_at_once_add_it_once(
        self, ports: Ports, database: Database, run: Run
    ) -> None:
        another = run(database.connect())
        letters = [unreadable(offset) for offset in range(50)]
        run(together(*(each.dead_letters.add(letters) for each in (ports, another) * 2)))
        assert run(another.dead_letters.count()) == 50

    def test_latest_is_newest_first(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        latest = run(ports.dead_letters.latest(limit=9))
        assert list(latest) == [unreadable(offset) for offset in (11, 3, 2, 1)]

    def test_latest_has_no_more_than_its_limit(self, ports: Ports, run: Run) -> None:
        run(ports.dead_letters.add([unreadable(offset) for offset in (3, 11, 1, 2)]))
        latest = run(ports.dead_letters.latest(limit=2))
        assert list(latest) == [unreadable(11), unreadable(3)]
        assert list(run(ports.dead_letters.latest(limit=0))) == []

    def test_latest_keeps_to_the_reason_asked_for(self, ports: Ports, run: Run) -> None:
        letters = [unreadable(1), of_notification(), unreadable(2)]
        run(ports.dead_letters.add(letters))
        latest = run(ports.dead_letters.latest(limit=1, reason=Failure.INVALID))
        assert list(latest) == [of_notification()]
        latest = run(ports.dead_letters.latest(limit=9, reason=UNREADABLE))
        assert list(latest) == [unreadable(2), unreadable(1)]
        assert list(run(ports.dead_letters.latest(limit=9, reason="none"))) == []

    def test_count_keeps_to_the_reason_asked_for(self, ports: Ports, run: Run) -> None:
        letters = [unreadable(1), of_notification(), unreadable(2)]
        run(ports.dead_letters.add(letters))
        assert run(ports.dead_letters.count()) == 3
        assert run(ports.dead_letters.count(reason=UNREADABLE)) == 2
        assert run(ports.dead_letters.count(reason=Failure.INVALID)) == 1
        assert run(ports.dead_letters.count(reason="none")) == 0

    def test_those_of_the_store_are_among_them_once(self, worker: Worker, run: Run) -> None:
        letter = failed().dead_letter()
        assert letter is not None
        worker.accept(failed())
        run(worker.ports.dead_letters.add([letter]))
        assert list(run(worker.ports.dead_letters.latest(limit=9))) == [letter]
        assert run(worker.ports.dead_letters.count()) == 1

    def test_five_hundred_at_once(self, ports: Ports, run: Run) -> None:
        letters = [replace(unreadable(n), id=UUID(int=n)) for n in range(500)]
        run(ports.dead_letters.add(letters))
        assert run(ports.dead_letters.count()) == 500

    def test_durable_when_it_returns(self, ports: Ports, database: Database, run: Run) -> None:
        run(ports.dead_letters.add([unreadable()]))
        run(database.restart())
        after = run(database.connect())
        assert same(list(run(after.dead_letters.latest(limit=9))), [unreadable()])

    @pytest.mark.parametrize("call", ["add", "latest", "count"])
    def test_raises_store_unavailable(
        self, ports: Ports, database: Database, run: Run, call: str
    ) -> None:
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "add": lambda: ports.dead_letters.add([unreadable()]),
            "latest": lambda: ports.dead_letters.latest(limit=1),
            "count": lambda: ports.dead_letters.count(),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert run(ports.dead_letters.count()) == 0
