"""How is a file read that must not, or cannot, be written?

WAL wants to write even for who reads. A reading opening creates nothing, and is for a folder
that this process cannot write to; elsewhere SQLite would leave files behind.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from adapters.sqlite.schema import VERSION, refuse_a_draft
from application.errors import StoreUnavailable

#: Somebody has it open, or it was copied while somebody had: the log is read with it.
_SHARED = "mode=ro"
#: Nobody has it open, but its log was never written back: the log is read, and no lock taken.
_LEFT = "mode=ro&vfs=unix-none"
#: It was closed in good order, and is whole.
_WHOLE = "mode=ro&immutable=1"

#: Of each connection: 32 MB of pages. At a million rows each notification touches pages of its own,
#: and the same ones come again.
MEMORY = ("cache_size = -32768", "temp_store = MEMORY")


def is_writable(file: Path) -> bool:
    """Also not where others have let us in: what we left behind would stand in their way."""
    if os.geteuid() not in (0, file.stat().st_uid):
        return False
    return all(os.access(each, os.W_OK) for each in (file.parent, file))


class Reader:
    """Sees also what is written by who began after it: what no way but the shared one would show.

    For one thread.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._standing: Standing | None = None

    def connection(self) -> sqlite3.Connection:
        """Raises StoreUnavailable if it is of a version that this Tidings does not read."""
        now = standing(self._file)
        if self._connection is None or now != self._standing:
            self.close()  # first: to close a file drops every lock that the process has on it
            self._connection, self._standing = connect_to_read(self._file), now
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


#: The way to read a file, and, if others could write to it unnoticed, what tells that they did.
Standing = tuple[str, tuple[tuple[int, int, int] | None, ...]]


def standing(file: Path) -> Standing:
    way = _way(file)
    return way, () if way is _SHARED else (_identity(file), _identity(_log(file)))


def _identity(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def connect_to_read(file: Path) -> sqlite3.Connection:
    """Raises StoreUnavailable if it is of a version that this Tidings does not read."""
    connection = connect_as_it_lies(file)
    try:
        _check_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_as_it_lies(file: Path) -> sqlite3.Connection:
    """Of whatever version; leaves no trace."""
    way = _way(file)
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?{way}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        if way is _LEFT:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # keeps its index of the log
        for setting in ("query_only = ON", *MEMORY):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _way(file: Path) -> str:
    if file.with_name(f"{file.name}-shm").exists():
        return _SHARED
    return _LEFT if _log(file).exists() else _WHOLE


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _check_version(connection: sqlite3.Connection) -> None:
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise StoreUnavailable(
            f"the data is of version {version}, this Tidings reads {VERSION}",
            fix="use the Tidings that wrote it, or a copy of the folder that it may write to",
        )
    refuse_a_draft(connection)
