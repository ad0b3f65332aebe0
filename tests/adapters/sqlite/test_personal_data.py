"""Does what was erased leave the files, whatever this SQLite does with deleted bytes?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory.clock import MemoryClock
from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.event_publisher import SqliteEventPublisher
from adapters.sqlite.event_source import SqliteEventSource
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.personal_data import SqlitePersonalData
from application.ports.personal_data import Kept
from domain.notification import Notification
from domain.person import Person
from domain.recipient import email_address
from domain.record import Position
from tests.adapters.sqlite.test_page import BLOCK, accept, leave_off_at
from tests.contracts.given import DECODER, failed, newborn
from tests.runner import Run

ADA = Person(recipients=(email_address("ada@example.com"),))
CANARY = b"canary@example.com"


@pytest.fixture
def database(tmp_path: Path, run: Run) -> Iterator[Database]:
    database = Database(tmp_path)
    run(database.open())
    yield database
    run(database.close())


def files_with_it(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if CANARY in file.read_bytes()]


def test_free_places_and_the_log_hold_nothing_once_it_is_purged(
    database: Database, tmp_path: Path, run: Run
) -> None:
    careless = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    careless.execute("PRAGMA secure_delete = OFF")
    rows = [(CANARY + bytes(200),)] * 200
    careless.executemany("INSERT INTO records (value, appended_at) VALUES (?, 1)", rows)
    careless.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    careless.execute("DELETE FROM records")
    careless.close()
    assert FILE_NAME in files_with_it(tmp_path)
    run(SqlitePersonalData(database).purge())
    assert files_with_it(tmp_path) == []


def born_at(offset: int) -> Notification:
    first = failed(f"event-{offset}")
    return newborn(f"event-{offset}", offset=offset, failure=first.failure, words="not an address")


def test_the_stream_goes_on_without_the_records_of_who_is_forgotten(
    database: Database, run: Run
) -> None:
    clock = MemoryClock()
    publisher = SqliteEventPublisher(database, clock)
    source = SqliteEventSource(database, "email", clock)
    run(publisher.publish([b"1", b"2", b"3"]))
    run(source.commit([Position(topic="notifications", partition=0, offset=3)]))
    theirs = [born_at(2), born_at(3)]
    run(SqliteNotificationStore(database, DECODER).accept(theirs, lease=None))
    left = [each.forget(now=each.accepted_at, by="Linus") for each in theirs]
    run(SqlitePersonalData(database).erase(left))
    assert run(source.lag()) == 0
    run(publisher.publish([b"4"]))
    assert run(source.lag()) == 1
    again = SqliteEventSource(database, "sms", clock)
    records = run(again.poll(limit=9, wait_for=clock.now() - clock.now()))
    assert [record.value for record in records] == [b"1", b"4"]


class TestTheirEvents:
    def test_are_found_in_every_block_of_rows(self, tmp_path: Path, run: Run) -> None:
        run(accept(tmp_path, "first"))
        leave_off_at(3 * BLOCK, tmp_path)
        run(accept(tmp_path, "second"))
        kept = run(found(Database(tmp_path)))
        assert sorted(kept.event_ids) == ["first", "second"]

    def test_are_found_by_the_index_of_recipients(self, database: Database, run: Run) -> None:
        statements: list[str] = []

        def plan(connection: sqlite3.Connection) -> str:
            connection.set_trace_callback(None)
            [statement] = [each for each in statements if "recipient_key" in each]
            return str(connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())

        run(database.read(lambda connection: connection.set_trace_callback(statements.append)))
        run(SqlitePersonalData(database).find(ADA))
        by = "INDEX notifications_by_recipient (<expr>=? AND recipient_key=?)"
        assert f"SEARCH notifications USING {by}" in run(database.read(plan))


async def found(database: Database) -> Kept:
    await database.open()
    kept = await SqlitePersonalData(database).find(ADA)
    await database.close()
    return kept
