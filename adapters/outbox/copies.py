"""Which files did the outbox write for these notifications?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from adapters.outbox.sender import name_of
from application.errors import StoreUnavailable
from application.ports.copies import Copies
from domain.notification import Notification

_NAME = re.compile(r"\d{8}T\d{6}-(.+)-g\d+-attempt\d+(?:-again\d+)?\.\w+")


class OutboxCopies(Copies):
    """`folders` may not be there."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    async def erase(self, notifications: Sequence[Notification]) -> int:
        return await asyncio.to_thread(self._erase, notifications) if notifications else 0

    def _erase(self, notifications: Sequence[Notification]) -> int:
        names = {name_of(each) for each in notifications}
        try:
            theirs = [
                file
                for folder in self._folders
                if folder.is_dir()
                for file in folder.iterdir()
                if (found := _NAME.fullmatch(file.name)) and found[1] in names
            ]
            for file in theirs:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"the outbox: {error.strerror}", fix="make its folder writable, and forget again"
            ) from error
        return len(theirs)
