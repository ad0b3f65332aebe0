"""Whose folder is this, and who works in it?"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from adapters.sqlite.database import FILE_NAME
from application.errors import StoreUnavailable

_LOCK_NAME = "tidings.lock"


class DataFolder:
    """A folder that holds everything of the embedded assembly, private to its user."""

    def __init__(self, path: Path) -> None:
        self.path = path
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
                raise StoreUnavailable(
                    f"data folder {self.path}: there is no Tidings data",
                    fix="name another with --data or TIDINGS_DATA, or begin with `tidings up`",
                )
            self._check()
        except OSError as error:
            raise StoreUnavailable(
                f"data folder {self.path}: {error.strerror}",
                fix="set TIDINGS_DATA to a folder that you may create or write to",
            ) from error

    def work_alone(self) -> None:
        """Be the only worker in it until this process ends. Raises StoreUnavailable."""
        lock = self._open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise StoreUnavailable(
                f"data folder {self.path}: another `tidings up` works in it",
                fix="stop that one first, or set TIDINGS_DATA to another folder",
            ) from error
        self._lock = lock

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
