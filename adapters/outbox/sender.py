"""What would be sent, where nothing may be?"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from adapters.outbox.simulator import simulate
from application.ports.clock import Clock
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Finding, NotFound, Outcome, ProviderDown, Unknown

_NOT_FOR_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 60


class OutboxSender(Sender):
    """Writes one file for each hand-over that its provider takes, or may have taken.

    A file is there whole or not at all, and a repeat gets a file of its own. `render`
    gives the bytes, `suffix` the kind of file.
    """

    takes = 25

    def __init__(
        self,
        folder: Path,
        *,
        suffix: str,
        render: Callable[[Notification], bytes],
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._suffix = suffix
        self._render = render
        self._clock = clock

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return await asyncio.to_thread(self._hand_over_all, notifications)

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        """Like a provider whose records are behind: it knows of none."""
        return [NotFound(reason="no such message") for _ in notifications]

    def _hand_over_all(self, notifications: Sequence[Notification]) -> list[Outcome]:
        return [self._hand_over(notification) for notification in notifications]

    def _hand_over(self, notification: Notification) -> Outcome:
        outcome = simulate(notification)
        if isinstance(outcome, Accepted | Unknown):
            try:
                content = self._render(notification)
            except Exception as error:  # noqa: BLE001 - one that cannot be written holds up nobody
                return Deferred(reason=f"no message: {type(error).__name__}", rule="outbox:render")
            try:
                self._write(notification, content)
            except OSError as error:
                words = f"the outbox cannot be written: {error.strerror}"
                fix = "make room, or make its folder writable"
                return ProviderDown(reason=f"{words}; {fix}", rule="outbox:write")
        return outcome

    def _write(self, notification: Notification, content: bytes) -> None:
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        unfinished = self._folder / f".{uuid4().hex}"
        try:
            unfinished.write_bytes(content)
            self._link(unfinished, notification)
        finally:
            unfinished.unlink(missing_ok=True)

    def _link(self, unfinished: Path, notification: Notification) -> None:
        repeat = 0
        while True:
            try:
                return os.link(unfinished, self._folder / self._file_name(notification, repeat))
            except FileExistsError:
                repeat += 1

    def _file_name(self, notification: Notification, repeat: int) -> str:
        again = f"-again{repeat}" if repeat else ""
        return (
            f"{self._clock.now():%Y%m%dT%H%M%S}-{name_of(notification.event.id, notification.id)}"
            f"-g{notification.generation}-attempt{notification.attempt}{again}{self._suffix}"
        )


def name_of(event_id: str, notification_id: UUID) -> str:
    """The part of a file's name that says whose it is."""
    event = _NOT_FOR_FILE_NAMES.sub("_", event_id)[:_LONGEST_NAME]
    return f"{event}-{notification_id.hex[:8]}"


def render_text(notification: Notification) -> bytes:
    """An SMS as a person can read it: to whom, and what."""
    return f"To: {notification.recipient.address}\n\n{notification.event.text}\n".encode()
