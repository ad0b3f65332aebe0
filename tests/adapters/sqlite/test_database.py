"""Is the one file safe, and is everything that can be wrong with it said with its fix?"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.reading import connect_to_read
from adapters.sqlite.schema import VERSION
from application.errors import RowRefused, StoreUnavailable
from tests.runner import Run, together

TABLES = {
    "api_keys",
    "audit_log",
    "dead_letters",
    "leases",
    "notifications",
    "pauses",
    "places",
    "rate_ledgers",
    "receipts",
    "records",
    "sightings",
    "trail",
}
ADD_RECORD = "INSERT INTO records (value, appended_at) VALUES (?, 0)"


def tables(file: Path) -> set[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute(query)}


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        [found] = connection.execute("PRAGMA user_version").fetchone()
        return int(found)


def problem_of_opening(folder: Path, run: Run) -> StoreUnavailable:
    database = Database(folder)
    try:
        with pytest.raises(StoreUnavailable) as caught:
            run(database.open())
    finally:
        run(database.close())
    said = str(caught.value)
    assert str(folder / FILE_NAME) in said or "version" in said
    return caught.value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def database(tmp_path: Path, run: Run) -> Iterator[Database]:
    opened = Database(tmp_path)
    run(opened.open())
    yield opened
    run(opened.close())


def count(database: Database, run: Run, table: str = "records") -> int:
    [found] = run(
        database.read(
            lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        )
    )
    return int(found)


class TestANewFile:
    def test_gets_every_table_and_the_version(self, database: Database, file: Path) -> None:
        assert tables(file) == TABLES
        assert version(file) == VERSION

    def test_is_made_once_though_several_open_it_at_once(self, tmp_path: Path, run: Run) -> None:
        several = [Database(tmp_path) for _ in range(5)]
        run(together(*(each.open() for each in several)))
        run(together(*(each.close() for each in several)))
        assert tables(tmp_path / FILE_NAME) == TABLES

    def test_is_made_of_an_empty_one(self, tmp_path: Path, run: Run, file: Path) -> None:
        file.touch()
        database = Database(tmp_path)
        run(database.open())
        run(database.close())
        assert tables(file) == TABLES

    @pytest.mark.parametrize(
        ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2)], ids=["WAL", "fsync"]
    )
    def test_has_what_is_written_on_the_disk(
        self, database: Database, run: Run, setting: str, value: object
    ) -> None:
        for ask in (database.read, database.write):
            assert run(ask(lambda c: c.execute(f"PRAGMA {setting}").fetchone())) == (value,)


class TestAFileOpenedAgain:
    def test_holds_what_it_held(self, database: Database, tmp_path: Path, run: Run) -> None:
        run(database.write(lambda connection: connection.execute(ADD_RECORD, (b"x",))))
        run(database.close())
        again = Database(tmp_path)
        run(again.open())
        assert count(again, run) == 1
        run(again.close())


class TestADatabaseOfSomethingElse:
    def test_is_left_as_it_is(self, tmp_path: Path, run: Run, file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE trail (mine)")
        error = problem_of_opening(tmp_path, run)
        assert "not a database of Tidings" in error.problem
        assert "another data folder" in error.fix
        assert tables(file) == {"trail"}
        assert version(file) == 0


class TestAFileThatIsTakenAway:
    def test_takes_nothing_more_until_it_is_put_back(
        self, database: Database, tmp_path: Path, run: Run, file: Path
    ) -> None:
        file.rename(tmp_path / "elsewhere")
        for ask in (database.read, database.write):
            with pytest.raises(StoreUnavailable, match="removed or replaced") as caught:
                run(ask(lambda c: c.execute("SELECT 1").fetchone()))
            assert "put it back" in caught.value.fix
        (tmp_path / "elsewhere").rename(file)
        run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))
        assert count(database, run) == 1

    def test_is_not_mistaken_for_another_in_its_place(
        self, database: Database, run: Run, file: Path
    ) -> None:
        file.unlink()
        file.touch()
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))


class TestAFileThatCannotBeUsed:
    def test_may_be_of_a_newer_version(self, tmp_path: Path, run: Run, file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        error = problem_of_opening(tmp_path, run)
        assert f"version {VERSION + 1}" in error.problem
        assert "newer Tidings" in error.fix
        assert tables(file) == set()

    def test_may_be_no_database(self, tmp_path: Path, run: Run, file: Path) -> None:
        file.write_bytes(b"a picture of a cat" * 1000)
        error = problem_of_opening(tmp_path, run)
        assert "not a database" in error.problem
        assert "another data folder" in error.fix
        assert file.read_bytes().startswith(b"a picture of a cat")

    def test_may_be_a_folder(self, tmp_path: Path, run: Run, file: Path) -> None:
        file.mkdir()
        assert "write to" in problem_of_opening(tmp_path, run).fix

    def test_may_be_a_link_that_leads_nowhere(self, tmp_path: Path, run: Run, file: Path) -> None:
        file.symlink_to(tmp_path / "nowhere" / FILE_NAME)
        error = problem_of_opening(tmp_path, run)
        assert "unable to open it" in error.problem
        assert "write to" in error.fix

    @pytest.mark.parametrize(
        ("statement", "lacking"),
        [
            ("DROP INDEX notifications_by_time", "notifications_by_time"),
            ("DROP TRIGGER trail_is_never_updated", "trail_is_never_updated"),
            ("ALTER TABLE records DROP COLUMN traceparent", "records.traceparent"),
        ],
    )
    def test_may_be_of_an_older_draft_of_its_version(
        self, database: Database, tmp_path: Path, run: Run, file: Path, statement: str, lacking: str
    ) -> None:
        run(database.close())
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(statement)
        error = problem_of_opening(tmp_path, run)
        assert f"version {VERSION} before 0.1.0, without {lacking}" in error.problem
        assert "new data folder" in error.fix
        with pytest.raises(StoreUnavailable, match=lacking):
            connect_to_read(file)

    @pytest.mark.parametrize("part", [1, 50, 99, 100, 511, 4095, 4096, 8192, 0.25, 0.5, 0.9])
    def test_may_be_cut_off(
        self, database: Database, tmp_path: Path, run: Run, file: Path, part: float
    ) -> None:
        run(database.close())
        whole = file.read_bytes()
        left = whole[: part if isinstance(part, int) else int(len(whole) * part)]
        file.write_bytes(left)
        error = problem_of_opening(tmp_path, run)
        assert "malformed" in error.problem or "not a database" in error.problem
        assert "restore the file" in error.fix
        assert file.read_bytes() == left

    def test_may_have_a_folder_for_its_log(
        self, database: Database, tmp_path: Path, run: Run, file: Path
    ) -> None:
        run(database.close())
        Path(f"{file}-wal").mkdir()
        assert "write to" in problem_of_opening(tmp_path, run).fix

    def test_may_be_broken_where_nobody_looked(
        self, database: Database, tmp_path: Path, run: Run, file: Path
    ) -> None:
        fill = [(b"x" * 3000,)] * 200
        run(database.write(lambda connection: connection.executemany(ADD_RECORD, fill)))
        run(database.close())
        content = file.read_bytes()
        file.write_bytes(content[:200_000] + b"\xff" * 200_000 + content[400_000:])
        again = Database(tmp_path)
        run(again.open())
        with pytest.raises(StoreUnavailable, match="malformed") as caught:
            run(
                again.read(lambda c: c.execute("SELECT sum(length(value)) FROM records").fetchall())
            )
        assert "restore the file" in caught.value.fix
        run(again.close())


class TestALogOfNothing:
    def test_is_passed_over(self, database: Database, tmp_path: Path, run: Run, file: Path) -> None:
        run(database.write(lambda connection: connection.execute(ADD_RECORD, (b"x",))))
        run(database.close())
        Path(f"{file}-wal").write_bytes(b"a picture of a cat" * 1000)
        again = Database(tmp_path)
        run(again.open())
        assert count(again, run) == 1
        run(again.close())


class TestAFullDisk:
    """As SQLite meets it: no page more than there are."""

    @pytest.fixture
    def full(self, database: Database, run: Run) -> Database:
        run(database.write(lambda c: c.execute("PRAGMA max_page_count = 1").fetchall()))
        return database

    def test_is_said_with_its_fix(self, full: Database, run: Run) -> None:
        with pytest.raises(StoreUnavailable, match="full") as caught:
            run(full.write(lambda c: c.execute(ADD_RECORD, (b"x" * 100_000,))))
        assert "make room" in caught.value.fix

    def test_leaves_nothing_of_what_did_not_fit(self, full: Database, run: Run) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO places (reader, next_offset) VALUES ('email', 7)")
            connection.execute(ADD_RECORD, (b"x" * 100_000,))

        with pytest.raises(StoreUnavailable):
            run(full.write(write))
        assert count(full, run, "places") == 0

    def test_goes_on_by_itself_once_there_is_room(self, full: Database, run: Run) -> None:
        with pytest.raises(StoreUnavailable):
            run(full.write(lambda c: c.execute(ADD_RECORD, (b"x" * 100_000,))))
        run(full.write(lambda c: c.execute("PRAGMA max_page_count = 10000").fetchall()))
        run(full.write(lambda c: c.execute(ADD_RECORD, (b"x" * 100_000,))))
        assert count(full, run) == 1


class TestWriting:
    def test_is_all_or_nothing(self, database: Database, run: Run) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(ADD_RECORD, (b"x",))
            raise ValueError("something else went wrong")

        with pytest.raises(ValueError, match="something else"):
            run(database.write(write))
        assert count(database, run) == 0

    def test_goes_on_after_an_error(self, database: Database, run: Run) -> None:
        with pytest.raises(RowRefused):
            run(database.write(lambda c: c.execute("INSERT INTO records DEFAULT VALUES")))
        run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))
        assert count(database, run) == 1

    def test_waits_for_nobody_who_reads(self, database: Database, tmp_path: Path, run: Run) -> None:
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM records").fetchone() == (0,)
            run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))
            assert reader.execute("SELECT count(*) FROM records").fetchone() == (0,)

    def test_is_seen_by_who_reads_after_it(self, database: Database, run: Run) -> None:
        for written in range(1, 20):
            run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))
            assert count(database, run) == written


class TestReading:
    def test_waits_for_nobody_who_writes(
        self, database: Database, tmp_path: Path, run: Run
    ) -> None:
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute(ADD_RECORD, (b"x",))
            assert count(database, run) == 0


class TestBesideAnotherProcess:
    """SQLite's locks belong to processes, so another thread would prove nothing."""

    @staticmethod
    def _come_and_go(file: Path) -> list[object]:
        code = """if True:
            import json, sqlite3, sys
            connection = sqlite3.connect(sys.argv[1])
            print(json.dumps(connection.execute("SELECT offset FROM records").fetchall()))
            connection.close()
        """
        ended = subprocess.run(
            [sys.executable, "-c", code, str(file)], capture_output=True, check=True
        )
        found: list[object] = json.loads(ended.stdout)
        return found

    def test_what_is_written_is_seen_however_often_the_other_comes_and_goes(
        self, database: Database, file: Path, run: Run
    ) -> None:
        for written in range(1, 4):
            run(database.write(lambda c: c.execute(ADD_RECORD, (b"x",))))
            assert len(self._come_and_go(file)) == written

    def test_the_log_is_not_taken_away_while_it_is_written(
        self, database: Database, file: Path, run: Run
    ) -> None:
        """It was, once: any close() of a file drops every lock that its process has on it."""
        log = file.with_name(f"{FILE_NAME}-wal")
        before = log.stat().st_ino
        self._come_and_go(file)
        assert log.stat().st_ino == before


class TestTheTrail:
    def test_is_never_updated(self, database: Database, run: Run) -> None:
        run(
            database.write(
                lambda c: c.execute(
                    """INSERT INTO trail (n, number, at, by, status, generation, attempt, words,
                    rule) VALUES (1, 1, 0, 'worker', 'PENDING', 1, 0, 'as it was', '')"""
                )
            )
        )
        with pytest.raises(RowRefused, match="the audit trail is never updated"):
            run(database.write(lambda c: c.execute("UPDATE trail SET words = 'changed'")))
        words = run(database.read(lambda c: c.execute("SELECT words FROM trail").fetchall()))
        assert words == [("as it was",)]


class TestAfterItIsClosed:
    def test_is_unavailable(self, tmp_path: Path, run: Run) -> None:
        never_opened = Database(tmp_path)
        for ask in (never_opened.read, never_opened.write):
            with pytest.raises(StoreUnavailable, match="not open"):
                run(ask(lambda connection: connection.execute("SELECT 1")))
        run(never_opened.close())
