"""Is the file sound? Asked without changing anything in it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.sqlite.database import unavailable
from adapters.sqlite.reading import connect_as_it_lies, standing
from adapters.sqlite.schema import VERSION

_HEADING = "*** in database main ***\n"
_LOOK_AT_THE_CLOCK_AFTER = 1000  # instructions of SQLite's machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    version: int
    damage: str | None  #: what is wrong first
    is_complete: bool  #: all of it was looked at

    @property
    def is_older(self) -> bool:
        """Whoever works on it next brings it up to date."""
        return self.version < VERSION

    @property
    def is_newer(self) -> bool:
        return self.version > VERSION

    @property
    def is_readable(self) -> bool:
        """By this program, and without bringing it up to date first."""
        return self.version == VERSION and self.damage is None


def inspect(path: Path, *, within: timedelta) -> Inspection:
    """Reads it for at most so long, beside whoever works on it. Raises StoreUnavailable."""
    try:
        if path.is_dir():
            raise sqlite3.OperationalError("unable to open it: Is a directory")
        before = standing(path)
        found = _inspect(path, within)
        if found.damage is not None and standing(path) != before:  # somebody has begun to write
            found = _inspect(path, within)
    except sqlite3.Error as error:
        raise unavailable(path, error) from error
    return found


def _inspect(path: Path, within: timedelta) -> Inspection:
    with closing(connect_as_it_lies(path)) as file:
        [version] = file.execute("PRAGMA user_version").fetchone()
        damage, is_complete = _check(file, time.monotonic() + within.total_seconds())
    return Inspection(version=version, damage=damage, is_complete=is_complete)


def _check(file: sqlite3.Connection, give_up_at: float) -> tuple[str | None, bool]:
    file.set_progress_handler(lambda: time.monotonic() >= give_up_at, _LOOK_AT_THE_CLOCK_AFTER)
    try:
        [words] = file.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None, False
        raise
    return (None if words == "ok" else words.removeprefix(_HEADING)), True
