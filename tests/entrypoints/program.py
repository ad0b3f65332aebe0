"""How does a test run the program as a person does: in a folder, by a shell's means alone?"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from entrypoints import exit_codes

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))

#: Seconds, for what ought to take a few: a test machine can be busy.
PATIENCE = 60.0
_LOOK_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything, in one line a text: how a terminal wraps it does not matter."""
        return " ".join(f"{self.out} {self.err}".split())

    @classmethod
    def without_a_bug(cls, code: int, out: str, err: str) -> Ended:
        """Whatever was asked of it: no traceback, and no mistake of ours."""
        assert code != exit_codes.BUG, err
        assert "Traceback" not in err, err
        return cls(code, out, err)


class Running:
    """In a process group of its own, so that what it might have started goes down with it."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self._process = process
        self._out = out
        self._err = err

    def wait_until(self, holds: Callable[[], bool], *, within: float = PATIENCE) -> None:
        """Look again and again while it runs; it must neither end first nor take for ever."""
        give_up_at = time.monotonic() + within
        while not holds():
            assert not self._has_ended(), f"ended too early:\n{self.end()}"
            assert time.monotonic() < give_up_at, f"waited in vain:\n{self._err.read_text()}"

    def told_so_far(self) -> str:
        """On standard output."""
        return self._out.read_text()

    def wait_until_it_says(self, words: str) -> None:
        self.wait_until(lambda: words in self._err.read_text())

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.wait(PATIENCE) == -signal.SIGKILL

    def send(self, what: signal.Signals) -> None:
        os.killpg(self._process.pid, what)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> Ended:
        self.send(by)
        return self.end()

    def end(self) -> Ended:
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"never ended:\n{self._err.read_text()}") from None
        return Ended.without_a_bug(code, self._out.read_text(), self._err.read_text())

    def _has_ended(self) -> bool:
        try:
            self._process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            return False
        return True


class Program:
    """`tidings` in the folder `home`, knowing no environment but the one that is given."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self._environment = environment

    @property
    def data(self) -> Path:
        """Where the data lies unless something else is said."""
        return self.home / "tidings-data"

    def with_(self, **environment: str) -> Program:
        return Program(self.home, **(self._environment | environment))

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ended:
        return self.run("tidings", *arguments, stdin=stdin)

    def run(self, *command: str, stdin: bytes = b"") -> Ended:
        """Any command, in the same place."""
        ended = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd=self.home,
            env=self._whole_environment(),
            timeout=PATIENCE,
            check=False,
        )
        return Ended.without_a_bug(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def at_a_terminal(self, *arguments: str, answer: str) -> Ended:
        """Where somebody types the answer to whatever is asked."""
        theirs, ours = pty.openpty()
        try:
            os.write(theirs, answer.encode())
            ended = subprocess.run(
                ["tidings", *arguments],
                stdin=ours,
                capture_output=True,
                cwd=self.home,
                env=self._whole_environment(),
                timeout=PATIENCE,
                check=False,
            )
        finally:
            os.close(theirs)
            os.close(ours)
        return Ended.without_a_bug(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def running(self, *arguments: str, by: tuple[str, ...] = ()) -> AbstractContextManager[Running]:
        """Beside the test, and never longer than it; by whom, if not by who runs the test."""
        return self.beside(*by, "tidings", *arguments)

    @contextmanager
    def beside(self, *command: str) -> Iterator[Running]:
        """Any command, likewise."""
        run = time.monotonic_ns()
        out, err = self.home / f"{run}.out", self.home / f"{run}.err"
        with out.open("wb") as out_file, err.open("wb") as err_file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=err_file,
                cwd=self.home,
                env=self._whole_environment(),
                start_new_session=True,
            )
        try:
            yield Running(process, out, err)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(PATIENCE)

    def _whole_environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join((str(SCRIPTS), os.environ["PATH"])),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "COLUMNS": "160",
            "API_PORT": "0",
            "PYTHONPATH": str(ROOT),
            **self._environment,
        }
