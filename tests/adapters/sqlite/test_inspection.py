"""Is a sound file told from a damaged one, in bounded time and without a change?"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.inspection import inspect
from adapters.sqlite.schema import VERSION
from application.errors import StoreUnavailable
from tests.runner import Run

LONG = timedelta(minutes=1)
PAGE = 4096


@pytest.fixture
def file(tmp_path: Path, run: Run) -> Path:
    """With enough in it for many pages, all of them in the file."""
    database = Database(tmp_path)
    run(database.open())
    rows = [(b"x" * 1000,)] * 2000
    run(database.change("INSERT INTO records (value, appended_at) VALUES (?, 0)", rows))
    run(database.close())
    return tmp_path / FILE_NAME


class TestASoundFile:
    def test_is_found_sound(self, file: Path) -> None:
        found = inspect(file, within=LONG)
        assert (found.version, found.damage, found.is_complete) == (VERSION, None, True)
        assert found.is_readable

    def test_is_not_changed(self, file: Path) -> None:
        before = file.read_bytes()
        inspect(file, within=LONG)
        assert file.read_bytes() == before
        assert [each.name for each in file.parent.iterdir()] == [FILE_NAME]

    def test_is_read_with_the_log_that_was_left_beside_it(self, file: Path, tmp_path: Path) -> None:
        copy, log = tmp_path / "copy" / FILE_NAME, f"{FILE_NAME}-wal"
        copy.parent.mkdir()
        with closing(sqlite3.connect(file, isolation_level=None)) as writer:
            writer.execute(f"PRAGMA user_version = {VERSION + 7}")
            for name in (FILE_NAME, log):
                shutil.copy(file.with_name(name), copy.with_name(name))
        assert inspect(copy, within=LONG).version == VERSION + 7
        assert {each.name for each in copy.parent.iterdir()} == {FILE_NAME, log}

    def test_is_read_no_longer_than_is_allowed(self, file: Path) -> None:
        found = inspect(file, within=timedelta(0))
        assert (found.damage, found.is_complete) == (None, False)

    def test_may_be_worked_on_meanwhile(self, file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert inspect(file, within=LONG).is_readable


class TestAFileOfAnotherVersion:
    @pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1], ids=["older", "newer"])
    def test_is_not_read_further(self, file: Path, version: int) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        found = inspect(file, within=LONG)
        assert (found.is_older, found.is_newer) == (version < VERSION, version > VERSION)
        assert not found.is_readable


class TestADamagedFile:
    def test_is_found_damaged(self, file: Path) -> None:
        content = bytearray(file.read_bytes())
        for page in range(40, 60):
            content[page * PAGE : page * PAGE + 100] = b"\xff" * 100
        file.write_bytes(content)
        found = inspect(file, within=LONG)
        assert found.damage
        assert "\n" not in found.damage
        assert not found.is_readable

    def test_is_an_error_with_its_fix_if_it_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / FILE_NAME
        path.write_bytes(b"a picture of a cat" * 1000)
        with pytest.raises(StoreUnavailable, match="not a database") as caught:
            inspect(path, within=LONG)
        assert "restore" in caught.value.fix

    def test_is_an_error_if_it_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable, match="unable to open"):
            inspect(tmp_path / FILE_NAME, within=LONG)
        assert list(tmp_path.iterdir()) == []
