"""Are somebody's notifications found, however many rows lie between them?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.notification_history import SqliteNotificationHistory
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.page import page
from adapters.sqlite.rows import DEAD_LETTER_OUTLINE_COLUMNS
from application.ports.notification_history import Query
from domain.status import Wait, Waiting
from tests.contracts.given import DECODER, NOW, newborn
from tests.runner import Run

OF_ADA = Query(recipient_key="ada@example.com")
BLOCK = 8192
TURN = Waiting(reason=Wait.TURN, until=NOW)


async def accept(folder: Path, event_id: str) -> None:
    database = Database(folder)
    await database.open()
    notification = newborn(event_id, waiting=TURN)
    await SqliteNotificationStore(database, DECODER).accept([notification], lease=None)
    await database.close()


async def found(folder: Path, query: Query) -> list[str]:
    database = Database(folder)
    await database.open()
    history = SqliteNotificationHistory(database, DECODER, ("email", "sms"))
    latest = await history.latest(query, limit=9)
    await database.close()
    return [each.event_id for each in latest]


def leave_off_at(n: int, folder: Path) -> None:
    """The row with this number is the last one, and somebody else's."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("CREATE TEMP TABLE other AS SELECT * FROM notifications LIMIT 1")
        connection.execute("UPDATE other SET n = ?, id = randomblob(16), recipient_key = ''", (n,))
        connection.execute("INSERT INTO notifications SELECT * FROM other")


class TestARecipientsNotifications:
    def test_are_none_where_there_are_no_rows(self, tmp_path: Path, run: Run) -> None:
        assert run(found(tmp_path, OF_ADA)) == []

    @pytest.mark.parametrize("last", [BLOCK - 2, BLOCK - 1, BLOCK, 3 * BLOCK, 100 * BLOCK])
    def test_are_found_in_every_block_of_rows(self, tmp_path: Path, run: Run, last: int) -> None:
        run(accept(tmp_path, "first"))
        leave_off_at(last, tmp_path)
        run(accept(tmp_path, "second"))
        run(accept(tmp_path, "third"))
        assert run(found(tmp_path, OF_ADA)) == ["third", "second", "first"]


class TestAList:
    def test_reads_no_body(self) -> None:
        statement, _ = page(Query(), channels=("email", "sms"), limit=9, after=None)
        assert "body" not in statement + DEAD_LETTER_OUTLINE_COLUMNS
