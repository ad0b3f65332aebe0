"""How do calls reach the one file, and what do its errors mean?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from adapters.sqlite.reading import MEMORY, Reader, is_writable
from adapters.sqlite.schema import STEPS, VERSION, refuse_a_draft
from application.errors import RowRefused, StoreUnavailable
from domain.status import Status

T = TypeVar("T")

FILE_NAME = "tidings.db"
#: Bytes, of a new file; half of what is usual: for each row a page of the ids' index is written.
_PAGE = 2048
#: So many pages (128 MB) are written before they go from the log into the file.
_SETTINGS = (*MEMORY, "wal_autocheckpoint = 64000")
_WAIT_FOR_LOCK = 5.0  # seconds
_TRY_AGAIN_AFTER = 0.01  # seconds
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

_SHORTEST = 100  # bytes: an SQLite file's header

_FIXES = (
    (("disk is full", "disk i/o"), "make room on the disk; what runs goes on by itself"),
    (("readonly", "read-only"), "make the data folder writable"),
    (
        ("log could not be emptied",),
        "another process reads it, and what was erased may still lie in its log; run it again",
    ),
    (("locked", "busy"), "another process writes for a long time; it is tried again"),
    (("not a database", "malformed", "corrupt"), "restore the file, or name another data folder"),
    (("while it was open",), "put it back, or stop and start anew"),
    (("unable to open",), "name a data folder that exists and that you may write to"),
)


class Durability(StrEnum):
    """What a transaction outlives once it has returned. The file is sound in either case."""

    DISK = "FULL"  #: a power cut: it waits for the disk
    PROCESS = "NORMAL"  #: a kill; with the next DISK one, all before it is on the disk too


class Database:
    """One thread writes, in batches, each a transaction that is on the disk when it returns;
    another reads beside it (WAL)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tidings-write")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tidings-read")
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._guest: Reader | None = None
        self._inode: int | None = None

    async def open(self, *, to_read: bool = False) -> None:
        """Create or upgrade the file; to read, leave one alone that cannot be written.

        Raises StoreUnavailable, with the fix.
        """
        _take_values_as_they_are()
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreUnavailable(
                f"this Python has SQLite {sqlite3.sqlite_version}", fix="use 3.37 or newer"
            )
        if to_read and not is_writable(self.path):
            self._guest = Reader(self.path)
            await self._run(self._reading, self._guest.connection)
            return
        self._writer = await self._run(self._writing, self._connect)
        self._inode = await self._run(self._writing, self._find)
        if not await self._run(self._writing, lambda: _is_current(_opened(self._writer))):
            await self.write(_upgrade)
        self._reader = await self._run(self._reading, self._connect)

    async def close(self) -> None:
        for executor, connection in (
            (self._reading, self._reader or self._guest),
            (self._writing, self._writer),
        ):
            if connection is not None:
                await self._run(executor, connection.close)
            executor.shutdown(wait=True)
        self._reader = self._writer = self._guest = None

    async def write(
        self, work: Callable[[sqlite3.Connection], T], *, durability: Durability = Durability.DISK
    ) -> T:
        """Run `work` in a transaction of its own: all of it, or nothing."""
        return await self._run(
            self._writing, lambda: _in_transaction(self._in_place(self._writer), work, durability)
        )

    async def change(
        self,
        statement: str,
        rows: Iterable[tuple[object, ...]],
        *,
        durability: Durability = Durability.DISK,
    ) -> int:
        """Run one statement for each row, in one transaction. Returns how many rows it changed.

        No cursor leaves the writing thread: freed in another, it would spoil the next call.
        """

        def work(connection: sqlite3.Connection) -> int:
            with closing(connection.executemany(statement, rows)) as cursor:
                return cursor.rowcount

        return await self.write(work, durability=durability)

    async def rewrite(self) -> None:
        """The whole file anew, and its log emptied: of what was erased not a byte is left.

        Nobody else writes meanwhile. Takes as long as copying the file, and as much room.
        """
        await self._run(self._writing, lambda: _rewrite(self._in_place(self._writer)))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on what was written before this call; a writer is never waited for."""
        return await self._run(self._reading, lambda: work(self._to_read()))

    def _to_read(self) -> sqlite3.Connection:
        if self._guest is not None:
            return self._guest.connection()
        return _opened(self._in_place(self._reader))

    def _connect(self) -> sqlite3.Connection:
        self._create()
        connection = sqlite3.connect(
            self.path, timeout=_WAIT_FOR_LOCK, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            _use_wal(connection)
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self) -> None:
        """Private to its user from the first instant on, whatever the umask.

        A file that is there is not touched: closing it would drop this process's locks on it.
        """
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
                return
            size = self.path.stat().st_size
        except OSError as error:
            raise sqlite3.OperationalError(f"unable to open it: {error.strerror}") from error
        if 0 < size < _SHORTEST:  # SQLite would take it for an empty one
            raise sqlite3.DatabaseError("file is not a database")

    def _find(self) -> int | None:
        try:
            return self.path.stat().st_ino
        except OSError:
            return None

    def _in_place(self, connection: sqlite3.Connection | None) -> sqlite3.Connection | None:
        """What is written to a file that was removed is lost, and nobody would notice."""
        if connection is not None and self._inode is not None and self._find() != self._inode:
            raise sqlite3.OperationalError("it was removed or replaced while it was open")
        return connection

    async def _run(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, work)
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError) as error:
            raise RowRefused(str(error)) from error
        except sqlite3.Error as error:
            raise unavailable(self.path, error) from error


def unavailable(path: Path, error: sqlite3.Error) -> StoreUnavailable:
    words = str(error)
    told = words.lower()
    fixes = (fix for signs, fix in _FIXES if any(sign in told for sign in signs))
    fix = next(fixes, "see the SQLite documentation")
    return StoreUnavailable(f"{path.name}: {words}", fix=fix, folder=f"{path.parent}{os.sep}")


def _take_values_as_they_are() -> None:
    """Else each that is no int, float or str is asked for an adapter in vain, which takes ten
    times as long as binding a number."""
    sqlite3.register_adapter(bytes, bytes)
    sqlite3.register_adapter(type(None), lambda nothing: nothing)
    sqlite3.register_adapter(Status, str)


def _use_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for others that do the same to a new file at the same time."""
    give_up_at = time.monotonic() + _WAIT_FOR_LOCK
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > give_up_at:
                raise
            time.sleep(_TRY_AGAIN_AFTER)
        else:
            return


def _opened(connection: sqlite3.Connection | None) -> sqlite3.Connection:
    if connection is None:
        raise sqlite3.ProgrammingError("the database is not open")
    return connection


def _in_transaction(
    connection: sqlite3.Connection | None,
    work: Callable[[sqlite3.Connection], T],
    durability: Durability,
) -> T:
    connection = _opened(connection)
    connection.execute(f"PRAGMA synchronous = {durability}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return answer


def _rewrite(connection: sqlite3.Connection | None) -> None:
    connection = _opened(connection)
    connection.execute("VACUUM")
    [is_busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise sqlite3.OperationalError("database is locked: its log could not be emptied")


def _is_current(connection: sqlite3.Connection) -> bool:
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        return False
    refuse_a_draft(connection)
    return True


def _upgrade(connection: sqlite3.Connection) -> None:
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreUnavailable(
            f"the data is of version {version}, this Tidings knows {VERSION}",
            fix="use the newer Tidings that wrote it, or another data folder",
        )
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        raise sqlite3.DatabaseError("file is not a database of Tidings")
    for step in STEPS[version:]:
        for statement in _statements(step):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _statements(script: str) -> list[str]:
    """One by one, as `executescript` would commit behind our back."""
    statements: list[str] = []
    begun = ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    return statements
