"""Can everything be read where nothing can be written: a backup, somebody else's folder?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program, Running
from tests.permissions import without_privilege

QUESTIONS = ["list", "show signup-ada", "stats", "dlq list", "lanes list", "list --status FAILED"]


class ReadOnly:
    """A copy of a data folder that `tidings` cannot write to."""

    def __init__(self, home: Path, data: Path) -> None:
        self.data = home / "backup"
        shutil.copytree(data, self.data)
        self._program = Program(home)
        self._seal(0o555, 0o444)

    def ask(self, *arguments: str) -> Ended:
        """Whatever it answers, it leaves the folder as it is."""
        before = self._state()
        everything = (*arguments, "--data", str(self.data))
        ended = self._program.run(*without_privilege(), "tidings", *everything)
        assert self._state() == before
        return ended

    @contextmanager
    def asking(self, *arguments: str) -> Iterator[Running]:
        everything = (*arguments, "--data", str(self.data))
        with self._program.running(*everything, by=without_privilege()) as running:
            yield running

    def work(self, *arguments: str) -> Ended:
        """As who may write to it."""
        return self._program(*arguments, "--data", str(self.data))

    def open_up(self) -> None:
        self._seal(0o755, 0o644)

    def _state(self) -> set[tuple[str, int, int]]:
        files = (file for file in self.data.iterdir() if file.is_file())
        return {(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files}

    def _seal(self, of_folder: int, of_file: int) -> None:
        for file in self.data.iterdir():
            if file.is_file():
                file.chmod(of_file)
        self.data.chmod(of_folder)


@pytest.fixture
def backup(tmp_path: Path, told: Program) -> Iterator[ReadOnly]:
    without_privilege()
    backup = ReadOnly(tmp_path, told.data)
    yield backup
    backup.open_up()


class TestAReadOnlyFolder:
    @pytest.mark.parametrize("question", QUESTIONS)
    def test_answers_as_the_original_does(
        self, backup: ReadOnly, told: Program, question: str
    ) -> None:
        asked = backup.ask(*question.split())
        assert (asked.code, asked.err) == (exit_codes.DONE, "")
        if question != "stats":  # how long ago is another answer each second
            assert asked.out == told(*question.split()).out

    def test_shows_a_dead_letter(self, backup: ReadOnly) -> None:
        [line, *_] = [line for line in backup.ask("dlq", "list").out.splitlines() if "sms" in line]
        assert "21610" in backup.ask("dlq", "show", line.split()[2]).out

    def test_cannot_be_decided_about(self, backup: ReadOnly) -> None:
        ended = backup.ask("dlq", "discard", "--reason", "rejected", "--why", "a test", "--yes")
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert "cannot be written to" in ended.err


class TestAFolderThatIsWrittenToLater:
    def test_is_followed_by_who_began_before(self, backup: ReadOnly) -> None:
        with backup.asking("show", "later", "--follow") as following:
            following.wait_until_it_says("waiting for it")
            backup.open_up()
            tell = ["publish", "alert", "--email", "ada@example.com", "-m", "Hot", "--id", "later"]
            assert backup.work(*tell).code == exit_codes.DONE
            assert backup.work("up", "--until-idle").code == exit_codes.DONE
            ended = following.end()
        assert ended.code == exit_codes.DONE, ended
        assert "SENT" in ended.out


class TestAFolderThatCannotBeRead:
    def test_is_an_error_with_what_to_do(self, backup: ReadOnly) -> None:
        (backup.data / "tidings.db").chmod(0)
        ended = backup.ask("list")
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert "cannot be read" in ended.err
