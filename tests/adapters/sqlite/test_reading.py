"""Can a file be read that cannot be written, whole and without a trace?"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adapters.memory.clock import MemoryClock
from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.event_publisher import SqliteEventPublisher
from adapters.sqlite.reading import Reader, connect_to_read
from application.errors import StoreUnavailable
from tests.permissions import without_privilege
from tests.runner import Run

ROOT = Path(__file__).parents[3]
IS_WRITABLE = """
import sys
from pathlib import Path
from adapters.sqlite.reading import is_writable
print(is_writable(Path(sys.argv[1])))
"""
LOG, INDEX = f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"


def count(file: Path) -> int:
    with closing(connect_to_read(file)) as connection:
        return counted(connection)


def counted(connection: sqlite3.Connection) -> int:
    [records] = connection.execute("SELECT count(*) FROM records").fetchone()
    assert isinstance(records, int)
    return records


def publish_beside(folder: Path, run: Run) -> Database:
    """As a service that begins later, and goes on."""
    database = Database(folder)
    run(database.open())
    run(SqliteEventPublisher(database, MemoryClock()).publish([b"4"]))
    return database


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a # and a ? in its name, which mean something in a URI."""
    folder = tmp_path / "it's #1? 100%"
    folder.mkdir()
    return folder


class TestReading:
    @pytest.fixture(autouse=True)
    def database(self, folder: Path, run: Run) -> Database:
        """With three records in it, still open."""
        database = Database(folder)
        run(database.open())
        run(SqliteEventPublisher(database, MemoryClock()).publish([b"1", b"2", b"3"]))
        return database

    def test_what_was_closed_in_good_order_leaves_no_trace(
        self, database: Database, folder: Path, run: Run
    ) -> None:
        run(database.close())
        assert count(folder / FILE_NAME) == 3
        assert names(folder) == {FILE_NAME}

    def test_what_somebody_works_with_sees_what_was_written_before(
        self, database: Database, folder: Path, run: Run
    ) -> None:
        assert count(folder / FILE_NAME) == 3
        run(SqliteEventPublisher(database, MemoryClock()).publish([b"4"]))
        assert count(folder / FILE_NAME) == 4
        run(database.close())

    @pytest.mark.parametrize(
        "copied", [{FILE_NAME, LOG}, {FILE_NAME, LOG, INDEX}], ids=["with its log", "with all"]
    )
    def test_what_was_copied_while_somebody_worked_is_whole(
        self, database: Database, folder: Path, tmp_path: Path, run: Run, copied: set[str]
    ) -> None:
        backup = tmp_path / "backup"
        backup.mkdir()
        for name in copied:
            shutil.copy(folder / name, backup / name)
        assert count(backup / FILE_NAME) == 3
        assert names(backup) == copied
        run(database.close())

    @pytest.mark.parametrize("is_open", [True, False])
    def test_writes_nothing(
        self, database: Database, folder: Path, run: Run, is_open: bool
    ) -> None:
        if not is_open:
            run(database.close())
        connection = connect_to_read(folder / FILE_NAME)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM records")
        connection.close()
        run(database.close())

    def test_does_not_upgrade(self, database: Database, folder: Path, run: Run) -> None:
        run(
            database.write(lambda connection: connection.execute("PRAGMA user_version = 0").close())
        )
        run(database.close())
        with pytest.raises(StoreUnavailable, match="version 0") as caught:
            connect_to_read(folder / FILE_NAME)
        assert "copy" in caught.value.fix

    @pytest.mark.parametrize(
        ("of_folder", "of_file", "can_be_written"),
        [
            pytest.param(0o700, 0o600, True, id="neither is sealed"),
            pytest.param(0o500, 0o600, False, id="the folder is sealed"),
            pytest.param(0o700, 0o400, False, id="the file is sealed"),
        ],
    )
    def test_is_for_what_cannot_be_written(
        self,
        database: Database,
        folder: Path,
        run: Run,
        of_folder: int,
        of_file: int,
        can_be_written: bool,
    ) -> None:
        run(database.close())
        (folder / FILE_NAME).chmod(of_file)
        folder.chmod(of_folder)
        asked = subprocess.run(
            [*without_privilege(), sys.executable, "-c", IS_WRITABLE, str(folder / FILE_NAME)],
            capture_output=True,
            check=True,
            cwd=ROOT,
            text=True,
        )
        folder.chmod(0o700)
        assert asked.stdout.strip() == str(can_be_written)

    def test_goes_on_with_what_others_write_who_come_and_go_later(
        self, database: Database, folder: Path, run: Run
    ) -> None:
        run(database.close())
        with closing(Reader(folder / FILE_NAME)) as reader:
            for records in (3, 4, 5):
                assert counted(reader.connection()) == records
                service = publish_beside(folder, run)
                assert counted(reader.connection()) == records + 1
                run(service.close())

    def test_of_a_copy_goes_on_with_what_others_write_later(
        self, database: Database, folder: Path, tmp_path: Path, run: Run
    ) -> None:
        backup = tmp_path / "backup"
        backup.mkdir()
        for name in (FILE_NAME, LOG):
            shutil.copy(folder / name, backup / name)
        run(database.close())
        with closing(Reader(backup / FILE_NAME)) as reader:
            assert counted(reader.connection()) == 3
            service = publish_beside(backup, run)
            assert counted(reader.connection()) == 4
            run(service.close())

    def test_goes_on_with_the_same_connection_while_nobody_writes(
        self, database: Database, folder: Path, run: Run
    ) -> None:
        for _ in ("worked on", "closed"):
            with closing(Reader(folder / FILE_NAME)) as reader:
                assert reader.connection() is reader.connection()
            run(database.close())
