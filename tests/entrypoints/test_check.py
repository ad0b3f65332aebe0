"""Does the check find what is wrong, and say what to do?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Program


class TestAGoodSetUp:
    def test_passes(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        ended = program("check")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert str(program.data) in ended.said

    def test_passes_before_there_is_anything_and_makes_nothing(self, program: Program) -> None:
        ended = program("check")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert "not there yet" in ended.said
        assert not program.data.exists()

    def test_shows_every_setting_and_where_it_comes_from(self, program: Program) -> None:
        program = program.with_(RATE_LIMIT_EMAIL="77")
        lines = program("check").out.splitlines()
        [email] = [line.split() for line in lines if line.startswith("RATE_LIMIT_EMAIL")]
        assert email == ["RATE_LIMIT_EMAIL", "77", "set"]
        [sms] = [line.split() for line in lines if line.startswith("RATE_LIMIT_SMS")]
        assert sms == ["RATE_LIMIT_SMS", "5", "default"]


def foreign(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").touch()


def a_file(folder: Path) -> None:
    folder.touch()


def not_a_database(folder: Path) -> None:
    folder.mkdir()
    (folder / "tidings.db").write_bytes(b"a picture of a cat" * 1000)


def a_folder_for_the_database(folder: Path) -> None:
    (folder / "tidings.db").mkdir(parents=True)


def a_folder_for_the_lock(folder: Path) -> None:
    (folder / "tidings.lock").mkdir(parents=True)


def newer(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "tidings.db")) as connection:
        connection.execute("PRAGMA user_version = 999")


def read_only(folder: Path) -> None:
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("nothing is read-only for root")


BROKEN = [
    pytest.param(foreign, "holds other files", id="with other files"),
    pytest.param(a_file, "data", id="that is a file"),
    pytest.param(not_a_database, "not a database", id="with a picture for a database"),
    pytest.param(a_folder_for_the_database, "unable to open", id="with a folder for a database"),
    pytest.param(newer, "999", id="of a newer version"),
    pytest.param(read_only, "cannot be written to", id="that is read-only"),
]


class TestADataFolder:
    @pytest.mark.parametrize(("breaks", "said"), BROKEN)
    def test_fails_the_check(
        self, program: Program, breaks: Callable[[Path], None], said: str
    ) -> None:
        breaks(program.data)
        ended = program("check")
        assert ended.code == exit_codes.NOT_ALL
        assert said in ended.said

    @pytest.mark.parametrize(
        ("breaks", "said"),
        [
            pytest.param(foreign, "holds other files", id="with other files"),
            pytest.param(not_a_database, "not a database", id="with a picture for a database"),
            pytest.param(a_folder_for_the_lock, "tidings.lock", id="with a folder for the lock"),
        ],
    )
    def test_is_left_alone_by_the_service(
        self, program: Program, breaks: Callable[[Path], None], said: str
    ) -> None:
        breaks(program.data)
        ended = program("up", "--until-idle")
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert said in ended.said


class TestAFolderThatCannotBe:
    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["up", "--until-idle"], id="up"),
            pytest.param(["list"], id="list"),
            pytest.param(["show", "x"], id="show"),
            pytest.param(["publish", "alert", "--email", "a@b.de", "-m", "x"], id="publish"),
        ],
    )
    def test_is_an_error_with_its_fix(self, program: Program, arguments: list[str]) -> None:
        (program.home / "file").touch()
        ended = program(*arguments, "--data", "file/folder")
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert ended.err.startswith("error: ")
