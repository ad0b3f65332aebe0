"""Does the check find what is wrong, and say what to do?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.inspection import Inspection
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.schema import VERSION
from adapters.wire.decoder import WireDecoder
from domain.status import Wait
from entrypoints import exit_codes
from entrypoints.channels import ADDRESS_FIELDS
from entrypoints.checks import (
    check_everything,
    data_file,
    decisions,
    lane,
    room,
    version,
    worker,
)
from entrypoints.load_settings import load_settings
from tests.builders import a_held_notification
from tests.entrypoints.program import Ended, Program
from tests.permissions import without_privilege
from tests.runner import Run


def line(ended: Ended, name: str) -> str:
    """Of one check, from its mark on, however wide its columns are."""
    [found] = [line for line in ended.out.splitlines() if line[2:].startswith(name)]
    return " ".join(found.split())


@contextmanager
def somebody_works_in(data: Path) -> Iterator[None]:
    """But does nothing."""
    folder = DataFolder(data)
    folder.work_alone()
    try:
        yield
    finally:
        folder.leave()


def an_hour_passes(data: Path, since: str) -> None:
    with closing(sqlite3.connect(data / FILE_NAME)) as connection, connection:
        connection.execute(since, (3600 * 1_000_000,))


async def hold(data: Path, *, until: datetime) -> None:
    """An email that waits for its turn."""
    database = Database(data)
    await database.open()
    try:
        held = a_held_notification(reason=Wait.TURN, until=until)
        await SqliteNotificationStore(database, WireDecoder(ADDRESS_FIELDS)).accept(
            [held], lease=None
        )
    finally:
        await database.close()


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
        assert email == ["RATE_LIMIT_EMAIL", "77", "environment"]
        [sms] = [line.split() for line in lines if line.startswith("RATE_LIMIT_SMS")]
        assert sms == ["RATE_LIMIT_SMS", "5", "default"]

    def test_can_be_read_on_a_narrow_terminal(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        ended = program.with_(COLUMNS="80")("check")
        lines = [line for line in ended.out.splitlines() if str(program.home) not in line]
        assert max(map(len, lines)) <= 80

    def test_names_everything_that_is_needed(self, run: Run, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        settings = load_settings(tidings_env="embedded", tidings_data=program.data)
        checks = run(check_everything(settings))
        assert [check.name for check in checks] == [
            "Python", "SQLite", "clock", "disk", "data folder", "worker", FILE_NAME,
            "email lane", "sms lane", "for a person", "email outbox", "sms outbox",
        ]  # fmt: skip
        assert [check.name for check in checks if not check.is_well] == []

    def test_changes_nothing(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        before = (program.data / FILE_NAME).read_bytes()
        assert program("check").code == exit_codes.DONE
        assert (program.data / FILE_NAME).read_bytes() == before

    def test_says_whether_somebody_works_in_it(self, program: Program) -> None:
        with program.running("up") as running:
            running.wait_until_it_says("Ctrl-C")
            assert line(program("check"), "worker").endswith("a `tidings up` works in it now")
            assert running.stop().code == exit_codes.DONE
        assert "no `tidings up` works in it now" in line(program("check"), "worker")


class TestWhatIsWorthDoing:
    """Nothing fails, and yet somebody may want to know."""

    def test_is_to_begin_where_events_wait(self, program: Program) -> None:
        ended = program("publish", "alert", "--email", "ada@example.com", "-m", "Hot")
        assert ended.code == exit_codes.DONE
        checked = program("check")
        assert checked.code == exit_codes.DONE
        assert line(checked, "sms lane") == "! sms lane 1 event to read: run `tidings up`"

    def test_is_to_make_room_below_100_mb(self) -> None:
        assert room(100_000_000).fix is None
        assert room(99_999_999).is_well
        assert room(99_999_999).fix == "make room; a full disk stops the work"

    def test_is_not_enough_where_there_is_no_room(self) -> None:
        assert room(5_000_000).is_well
        assert not room(4_999_999).is_well

    def test_is_to_keep_others_out(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        program.data.chmod(0o755)
        checked = program("check")
        assert checked.code == exit_codes.DONE
        assert "chmod 700" in checked.said

    def test_is_to_decide_what_waits_for_a_person(self) -> None:
        assert decisions(0, 0).fix is None
        assert decisions(1, 0).fix == "`tidings list --status UNCERTAIN`"
        assert decisions(0, 1).fix == "`tidings dlq list`"
        assert decisions(2, 1).words == "2 uncertain, 1 dead letter"

    def test_is_counted_where_it_waits(self, told: Program) -> None:
        words = line(told("check"), "for a person")
        assert words.startswith("! ")
        assert "tidings dlq list" in words

    @pytest.mark.parametrize(
        ("unread", "due_in", "words"),
        [
            pytest.param(0, None, "0 events to read", id="nothing at all"),
            pytest.param(7, timedelta(seconds=-60), "7 events to read", id="what is just read"),
            pytest.param(0, timedelta(), "0 events to read, something due", id="what is due"),
            pytest.param(
                0, timedelta(minutes=5), "0 events to read, next due in 5 min 0 s", id="later"
            ),
        ],
    )
    def test_is_nothing_where_somebody_works_in_time(
        self, unread: int, due_in: timedelta | None, words: str
    ) -> None:
        found = lane("email", unread, due_in, is_worked_in=True)
        assert (found.is_well, found.words, found.fix) == (True, words, None)

    @pytest.mark.parametrize("due_in", [timedelta(seconds=-61), timedelta(days=1)])
    def test_is_to_begin_where_something_waits_and_nobody_works(self, due_in: timedelta) -> None:
        assert lane("email", 0, due_in, is_worked_in=False).fix == "run `tidings up`"
        assert lane("email", 0, None, is_worked_in=False).fix is None

    def test_is_to_begin_anew_where_something_waits_although_somebody_works(self) -> None:
        found = lane("email", 0, timedelta(seconds=-61), is_worked_in=True)
        assert found.is_well
        assert found.words == "0 events to read, overdue for 1 min 1 s"
        assert found.fix == "look at what its `tidings up` says, and start it anew"

    def test_is_to_begin_anew_where_nobody_reads_what_was_published(self, program: Program) -> None:
        ended = program("publish", "alert", "--email", "ada@example.com", "-m", "Hot")
        assert ended.code == exit_codes.DONE
        with somebody_works_in(program.data):
            assert line(program("check"), "email lane") == "✓ email lane 1 event to read"
            an_hour_passes(program.data, "UPDATE records SET appended_at = appended_at - ?")
            found = line(program("check"), "email lane")
        assert found.startswith("! email lane 1 event to read, overdue for 1 h 0 min: look at")

    def test_is_to_begin_anew_where_nobody_moves_what_is_due(
        self, run: Run, program: Program
    ) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        run(hold(program.data, until=datetime.now(UTC) - timedelta(hours=1)))
        with somebody_works_in(program.data):
            found = line(program("check"), "email lane")
        assert found.startswith("! email lane 0 events to read, overdue for 1 h 0 min: look at")
        assert line(program("check"), "email lane").endswith("run `tidings up`")

    def test_is_nothing_for_who_works_alone(self) -> None:
        assert worker(is_worked_in=True).fix is None

    def test_is_said_of_a_provider_that_drops_everything(self, program: Program) -> None:
        checked = program.with_(SMS_PROVIDER="null")("check")
        assert checked.code == exit_codes.DONE
        assert line(checked, "sms outbox").startswith("! ")


class TestAnOldVersion:
    def test_of_python_fails(self) -> None:
        assert version("Python", (3, 11, 0), oldest=(3, 11)).is_well
        old = version("Python", (3, 10, 9), oldest=(3, 11))
        assert (old.is_well, old.words, old.fix) == (False, "3.10.9", "use 3.11 or newer")


class TestTheFile:
    def test_fails_if_it_is_damaged(self) -> None:
        found = data_file(Inspection(version=VERSION, damage="page 7 is bent", is_complete=True))
        assert not found.is_well
        assert "page 7" in found.words
        assert found.fix is not None
        assert "backup" in found.fix

    def test_is_said_to_be_read_in_part_if_time_was_short(self) -> None:
        found = data_file(Inspection(version=VERSION, damage=None, is_complete=False))
        assert found.is_well
        assert "not all was read" in found.words

    def test_of_an_older_version_is_brought_up_to_date_later(self) -> None:
        found = data_file(Inspection(version=VERSION - 1, damage=None, is_complete=True))
        assert found.is_well
        assert found.fix is not None
        assert "tidings up" in found.fix


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


class TestAnOutbox:
    def test_that_is_no_folder_fails_the_check(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        (program.data / "outbox").mkdir()
        (program.data / "outbox" / "sms").touch()
        ended = program("check")
        assert ended.code == exit_codes.NOT_ALL
        assert line(ended, "sms outbox").startswith("✗ ")
        assert "make it a writable folder" in ended.said

    def test_that_nobody_may_look_into_fails_the_check(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        outbox = program.data / "outbox"
        outbox.mkdir(mode=0)
        ended = program.run(*without_privilege(), "tidings", "check")
        outbox.chmod(0o700)
        assert (ended.code, ended.err) == (exit_codes.NOT_ALL, "")
        assert line(ended, "sms outbox").startswith("✗ ")


class TestAFolderThatCannotBe:
    def test_fails_the_check(self, program: Program) -> None:
        (program.home / "file").touch()
        ended = program("check", "--data", "file/folder")
        assert ended.code == exit_codes.NOT_ALL
        assert "cannot be made" in ended.said

    @pytest.mark.parametrize("folder", ["x" * 300, "x" * 300 + "/in", "loop", "loop/in"])
    def test_fails_the_check_however_odd_its_name_is(self, program: Program, folder: str) -> None:
        (program.home / "loop").symlink_to("loop")
        ended = program("check", "--data", folder)
        assert (ended.code, ended.err) == (exit_codes.NOT_ALL, "")
        assert line(ended, "data ").startswith("✗ ")
        assert line(ended, "disk").startswith("✓ ")

    def test_fails_the_check_where_the_folder_that_one_is_in_is_gone(
        self, program: Program
    ) -> None:
        ended = program.run("bash", "-c", "mkdir gone; cd gone; rmdir ../gone; tidings check")
        assert (ended.code, ended.err) == (exit_codes.NOT_ALL, "")
        assert line(ended, "data ").startswith("✗ ")
        assert line(ended, "disk").startswith("✗ ")

    def test_fails_the_check_where_nobody_may_look(self, program: Program) -> None:
        closed = program.home / "closed"
        closed.mkdir(mode=0)
        ended = program.run(*without_privilege(), "tidings", "check", "--data", "closed/in")
        closed.chmod(0o700)
        assert (ended.code, ended.err) == (exit_codes.NOT_ALL, "")
        assert line(ended, "data ").startswith("✗ ")

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
