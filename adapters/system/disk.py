"""Is there room on the disk?"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from application.errors import StoreUnavailable
from application.ports.neighbour import Neighbour, Sight

_LITTLE_ROOM = 100_000_000  # bytes
NO_ROOM = 5_000_000  #: bytes: a batch may need more
_MAKE_ROOM = "make room; a full disk stops the work"


class Disk(Neighbour):
    """That which `folder` lies on, or will lie on."""

    name = "disk"
    is_needed = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def look(self) -> Sight:
        return await asyncio.to_thread(self._look)

    def _look(self) -> Sight:
        try:
            whole = self._folder.absolute()
            there = next(each for each in (whole, *whole.parents) if _is_folder(each))
            return room(shutil.disk_usage(there).free)
        except OSError as error:
            raise StoreUnavailable(
                f"what is free cannot be told: {error.strerror}",
                fix="set TIDINGS_DATA to a folder that you may create or write to",
            ) from error


def room(free: int) -> Sight:
    """A full disk stops the work, but loses nothing. Raises StoreUnavailable if this one is."""
    words = f"{free // 1_000_000:,} MB free"
    if free < NO_ROOM:
        raise StoreUnavailable(words, fix=_MAKE_ROOM)
    return Sight(words=words, fix=_MAKE_ROOM if free < _LITTLE_ROOM else None)


def _is_folder(path: Path) -> bool:
    """Not what its name is too long for, or what lies where nobody may look."""
    try:
        return path.is_dir()
    except OSError:
        return False
