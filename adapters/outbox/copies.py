"""Which files did the outbox write for these notifications?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from adapters.outbox.sender import name_of
from application.errors import StoreUnavailable
from application.ports.copies import Copies
from domain.notification import notification_id

_NAME = re.compile(r"\d{8}T\d{6}-(.+)-g\d+-attempt\d+(?:-again\d+)?\.\w+")


class OutboxCopies(Copies):
    """`folders` are each channel's; they may not be there."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders

    async def erase(self, event_ids: Collection[str]) -> int:
        return await asyncio.to_thread(self._erase, event_ids) if event_ids else 0

    def _erase(self, event_ids: Collection[str]) -> int:
        try:
            theirs = [
                file
                for channel, folder in self._folders.items()
                if folder.is_dir()
                for file in _copies(folder, channel, event_ids)
            ]
            for file in theirs:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"the outbox: {error.strerror}", fix="make its folder writable, and forget again"
            ) from error
        return len(theirs)


def _copies(folder: Path, channel: str, event_ids: Collection[str]) -> Iterator[Path]:
    names = {name_of(each, notification_id(each, channel)) for each in event_ids}
    for file in folder.iterdir():
        found = _NAME.fullmatch(file.name)
        if found and found[1] in names:
            yield file
