"""Do those who publish at once share the wait for the disk, and nothing else?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory.clock import MemoryClock
from adapters.sqlite.database import Database
from adapters.sqlite.event_publisher import SqliteEventPublisher
from tests.builders import NOON
from tests.runner import Run, together


class CountingDatabase(Database):
    steps = 0  #: transactions that were written

    async def change(self, *args: Any, **kwargs: Any) -> int:
        self.steps += 1
        return await super().change(*args, **kwargs)


@pytest.fixture
def database(tmp_path: Path, run: Run) -> Iterator[CountingDatabase]:
    opened = CountingDatabase(tmp_path)
    run(opened.open())
    yield opened
    run(opened.close())


@pytest.fixture
def publisher(database: Database) -> SqliteEventPublisher:
    return SqliteEventPublisher(database, MemoryClock(NOON))


def stream(database: Database, run: Run) -> list[bytes]:
    query = "SELECT value FROM records ORDER BY offset"

    def read(connection: sqlite3.Connection) -> list[bytes]:
        return [value for (value,) in connection.execute(query)]

    return run(database.read(read))


def test_many_that_come_at_once_take_two_steps(
    database: CountingDatabase, publisher: SqliteEventPublisher, run: Run
) -> None:
    """The first goes at once; who comes while it is written goes together."""
    run(together(*(publisher.publish([b"%d" % n]) for n in range(100))))
    assert stream(database, run) == [b"%d" % n for n in range(100)]
    assert database.steps <= 3


def test_who_goes_away_is_written_and_keeps_nobody_waiting(
    database: CountingDatabase, publisher: SqliteEventPublisher, run: Run
) -> None:
    async def publish() -> None:
        impatient = asyncio.create_task(publisher.publish([b"a"]))
        patient = asyncio.create_task(publisher.publish([b"b"]))
        await asyncio.sleep(0)
        impatient.cancel()
        await patient

    run(publish())
    assert stream(database, run) == [b"a", b"b"]


def test_a_bug_is_told_to_all_who_wait_and_to_nobody_after_them(
    database: CountingDatabase, publisher: SqliteEventPublisher, run: Run
) -> None:
    async def publish() -> Sequence[object]:
        no_text = publisher.publish([b"a"], traceparent="\ud800")
        return await asyncio.gather(no_text, publisher.publish([b"b"]), return_exceptions=True)

    assert [type(told) for told in run(publish())] == [UnicodeEncodeError] * 2
    run(publisher.publish([b"c"]))
    assert stream(database, run) == [b"c"]
