"""How do outcomes get into the store, many at a time and none forgotten?"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from application.errors import RowRefused
from application.ports.notification_store import NotificationStore
from application.ports.telemetry import Telemetry
from domain.lease import Lease
from domain.notification import Notification


class Recorder:
    """What one lane has in hand, and what became of it but is not written yet."""

    def __init__(self, store: NotificationStore, telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry
        self._in_hand: set[UUID] = set()
        self._unwritten: list[tuple[Notification, Lease]] = []

    @property
    def in_hand(self) -> int:
        """Begun, with no durable outcome yet."""
        return len(self._in_hand)

    @property
    def unwritten(self) -> int:
        return len(self._unwritten)

    def reserve(self, notification_ids: Iterable[UUID]) -> set[UUID]:
        """Count them from before they are durable, so that the bound on what is in hand holds.

        Returns those that were not in hand already.
        """
        fresh = set(notification_ids) - self._in_hand
        self._in_hand |= fresh
        return fresh

    def drop(self, notification_ids: Iterable[UUID]) -> None:
        self._in_hand.difference_update(notification_ids)

    def add(self, notification: Notification, *, lease: Lease) -> None:
        self._unwritten.append((notification, lease))

    async def flush(self) -> int:
        """Write everything added so far. What could not be written stays for the next time."""
        waiting, self._unwritten = self._unwritten, []
        written = 0
        try:
            while waiting:
                lease = waiting[0][1]
                batch = [notification for notification, its_lease in waiting if its_lease == lease]
                written += await self._write(batch, lease)
                waiting = [entry for entry in waiting if entry[1] != lease]
        finally:
            self._unwritten = waiting + self._unwritten
        return written

    async def _write(self, notifications: list[Notification], lease: Lease) -> int:
        try:
            written = await self._store.record(notifications, lease=lease)
        except RowRefused as refused:
            if len(notifications) == 1:
                self._telemetry.trouble(notifications[0].channel, "writing an outcome", refused)
                return 0
            middle = len(notifications) // 2
            first = await self._write(notifications[:middle], lease)
            return first + await self._write(notifications[middle:], lease)
        self._in_hand.difference_update(notification.id for notification in notifications)
        if written:
            self._telemetry.settled(written[0].channel, written)
        return len(written)
