"""Is nothing accepted lost when the disk is full, read-only or gone, and is that said?"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program


class Disk:
    """A small one of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        with suppress(OSError), (self._folder / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(b"x" * 4096)

    def make_room(self) -> None:
        (self._folder / "filler").unlink()

    def make_read_only(self) -> None:
        _mount("-o", "remount,ro", str(self._folder))


def _mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")


@contextmanager
def a_disk(folder: Path) -> Iterator[Disk]:
    folder.mkdir(parents=True)
    _mount("-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(program: Program) -> Iterator[Disk]:
    with a_disk(program.data) as disk:
        yield disk


def publish(program: Program, *event_ids: str, size: int = 100) -> Ended:
    lines = [
        json.dumps(
            {"eventId": id_, "payload": {"email": f"{id_}@example.com", "message": "x" * size}}
        )
        for id_ in event_ids
    ]
    return program("publish", "--file", "-", stdin="\n".join(lines).encode())


def told(folder: Path) -> Counter[str]:
    return Counter(file.name.split("-")[1] for file in folder.glob("email/*.eml"))


class TestAFullDisk:
    def test_keeps_everybody_waiting_and_loses_nobody(self, program: Program, disk: Disk) -> None:
        program = program.with_(EMAIL_IN_FLIGHT="2000")
        outbox = program.home / "outbox"  # on a disk that has room
        many = [f"e{number}" for number in range(300)]
        assert publish(program, "first").code == exit_codes.DONE
        outbox.mkdir()
        (program.data / "outbox").symlink_to(outbox)
        with program.running("up") as running:
            running.wait_until(lambda: told(outbox)["first"] == 1)
            running.send(signal.SIGSTOP)
            assert publish(program, *many, size=2000).code == exit_codes.DONE
            disk.fill()
            running.send(signal.SIGCONT)
            running.wait_until_it_says("disk is full: make room on the disk; what runs goes on")
            refused = publish(program, "late", size=100_000)
            assert (refused.code, refused.out) == (exit_codes.UNAVAILABLE, "")
            assert "disk is full: make room on the disk" in refused.said
            assert "publish again" in refused.said
            disk.make_room()
            assert publish(program, "late", size=100_000).code == exit_codes.DONE
            running.wait_until(lambda: len(told(outbox)) == 302)
            assert running.stop().code == exit_codes.DONE
        assert told(outbox) == Counter(["first", *many, "late"])

    def test_lets_nothing_start(self, program: Program, disk: Disk) -> None:
        disk.fill()
        (program.data / "tidings.lock").touch()
        for command in (
            ["up", "--until-idle"],
            ["publish", "alert", "--email", "a@b.de", "-m", "x"],
        ):
            ended = program(*command)
            assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
            assert "make room on the disk" in ended.said
        disk.make_room()
        assert publish(program, "e1").code == exit_codes.DONE
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert told(program.data / "outbox") == {"e1": 1}


class TestAReadOnlyDisk:
    def test_is_said_by_every_command(self, program: Program, disk: Disk) -> None:
        assert publish(program, "e1").code == exit_codes.DONE
        disk.make_read_only()
        for command in (
            ["up", "--until-idle"],
            ["publish", "alert", "--email", "a@b.de", "-m", "x"],
        ):
            ended = program(*command)
            assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
            assert "writ" in ended.said


class TestAFullOutbox:
    def test_is_said_with_its_fix_and_loses_nobody(self, program: Program) -> None:
        many = [f"e{number}" for number in range(6)]
        assert publish(program, *many).code == exit_codes.DONE
        with a_disk(program.data / "outbox") as disk:
            disk.fill()
            with program.running("up") as running:
                running.wait_until_it_says("No space left on device; make room")
                assert running.stop().code == exit_codes.DONE
        assert program("list", "--status", "PENDING").out.count("PENDING") == len(many)


class TestAFolderRemovedWhileItRuns:
    def test_is_said_with_its_fix_and_at_the_end(self, program: Program) -> None:
        assert publish(program, "e1").code == exit_codes.DONE
        with program.running("up") as running:
            running.wait_until(lambda: "SENT" in program("list").out)
            shutil.rmtree(program.data)
            running.wait_until_it_says("removed or replaced while it was open: put it back")
            ended = running.stop()
        assert ended.code == exit_codes.UNAVAILABLE
        assert ended.err.splitlines()[-1].startswith("error: ")

    def test_goes_on_by_itself_once_it_is_put_back(self, program: Program) -> None:
        assert publish(program, "e1").code == exit_codes.DONE
        elsewhere = program.home / "elsewhere"
        with program.running("up") as running:
            running.wait_until(lambda: told(program.data / "outbox")["e1"] == 1)
            program.data.rename(elsewhere)
            running.wait_until_it_says("removed or replaced while it was open: put it back")
            elsewhere.rename(program.data)
            assert publish(program, "e2").code == exit_codes.DONE
            running.wait_until(lambda: told(program.data / "outbox")["e2"] == 1)
            assert running.stop().code == exit_codes.DONE
        assert told(program.data / "outbox") == {"e1": 1, "e2": 1}
