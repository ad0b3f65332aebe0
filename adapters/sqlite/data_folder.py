"""Whose folder is this, and who works in it?"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from adapters.sqlite.database import FILE_NAME
from application.errors import StoreUnavailable

_LOCK_NAME = "tidings.lock"
#: Who only looks whether somebody works here holds the lock for an instant.
_TRIES = 20
_TRY_AGAIN_AFTER = 0.005  # seconds


class DataFolder:
    """A folder that holds everything of the embedded assembly, private to its user."""

    def __init__(self, path: Path, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.path = path
        self._pause = pause
        self._lock: int | None = None

    @property
    def outbox(self) -> Path:
        return self.path / "outbox"

    def prepare(self, *, may_be_new: bool) -> None:
        """See that it is ours; create it if it may be new. Raises StoreUnavailable."""
        try:
            if may_be_new:
                self.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            elif not (self.path / FILE_NAME).exists():
                raise self._without_data()
            self._check()
        except OSError as error:
            raise StoreUnavailable(
                f"data folder {self.path}: {error.strerror}",
                fix="set TIDINGS_DATA to a folder that you may create or write to",
            ) from error

    def find(self) -> None:
        """See that there is something to read, whoever it belongs to. Raises StoreUnavailable."""
        file = self.path / FILE_NAME
        try:
            file.stat()
        except FileNotFoundError as error:
            raise self._without_data() from error
        except OSError as error:
            raise self._unreadable(error.strerror) from error
        if not os.access(file, os.R_OK):
            raise self._unreadable("cannot be read")

    def work_alone(self) -> None:
        """Be the only worker in it until this process ends. Raises StoreUnavailable."""
        lock = self._open_lock()
        for _ in range(_TRIES):
            if _is_taken(lock, fcntl.LOCK_EX):
                self._lock = lock
                return
            self._pause(_TRY_AGAIN_AFTER)
        os.close(lock)
        raise StoreUnavailable(
            f"data folder {self.path}: another `tidings up` works in it",
            fix="stop that one first, or set TIDINGS_DATA to another folder",
        )

    def is_worked_in(self) -> bool:
        """Whether somebody works in it at this moment. Raises StoreUnavailable."""
        if not (self.path / _LOCK_NAME).exists():
            return False
        lock = self._open_lock()
        try:
            return not _is_taken(lock, fcntl.LOCK_SH)
        finally:
            os.close(lock)

    def is_private(self) -> bool:
        """Whether nobody but its user can look into it."""
        return not self.path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)

    def _open_lock(self) -> int:
        try:
            return os.open(self.path / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(
                f"{self.path / _LOCK_NAME}: {error.strerror}",
                fix="make it writable, or set TIDINGS_DATA to another folder",
            ) from error

    def leave(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _without_data(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"data folder {self.path}: there is no Tidings data",
            fix="name another with --data or TIDINGS_DATA, or begin with `tidings up`",
        )

    def _unreadable(self, why: str | None) -> StoreUnavailable:
        return StoreUnavailable(
            f"data folder {self.path}: {why}",
            fix="ask its owner for the right to read it, or name another with --data",
        )

    def _check(self) -> None:
        owner = self.path.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise StoreUnavailable(
                f"data folder {self.path}: belongs to another user",
                fix="set TIDINGS_DATA to a folder of your own",
            )
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise StoreUnavailable(
                f"data folder {self.path}: cannot be written to",
                fix="make it writable, or set TIDINGS_DATA to another folder",
            )
        names = {entry.name for entry in self.path.iterdir()}
        if names and FILE_NAME not in names and _LOCK_NAME not in names:
            raise StoreUnavailable(
                f"data folder {self.path}: holds other files, and no Tidings data",
                fix="set TIDINGS_DATA to an empty or a new folder",
            )


def _is_taken(lock: int, operation: int) -> bool:
    try:
        fcntl.flock(lock, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
