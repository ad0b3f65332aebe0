"""How do outcomes get into the store, many at a time and none forgotten?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from application.bisect import bisected
from application.errors import RowRefused
from application.ports.notification_store import NotificationStore
from application.ports.telemetry import Telemetry
from domain.lease import Lease
from domain.notification import Notification

#: The most that one statement carries.
BATCH = 500


class Recorder:
    """What one lane has in hand, and what became of it but is not written yet."""

    def __init__(self, store: NotificationStore, telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry
        self._in_hand: set[UUID] = set()
        self._unwritten: list[tuple[Notification, Lease]] = []
        self._adopted: dict[UUID, Lease] = {}
        #: Held by whoever writes, or must not be written beside.
        self.writing = asyncio.Lock()

    @property
    def in_hand(self) -> int:
        """Begun, with no durable outcome yet."""
        return len(self._in_hand)

    @property
    def unwritten(self) -> int:
        return len(self._unwritten)

    def has_in_hand(self, notification_id: UUID) -> bool:
        return notification_id in self._in_hand

    def reserve(self, notification_ids: Iterable[UUID]) -> set[UUID]:
        """Count them from before they are durable, so that the bound on what is in hand holds.

        Returns those that were not in hand already.
        """
        fresh = set(notification_ids) - self._in_hand
        self._in_hand |= fresh
        return fresh

    def drop(self, notification_ids: Iterable[UUID]) -> None:
        self._in_hand.difference_update(notification_ids)

    def adopt(self, notification_id: UUID, lease: Lease) -> None:
        """Its row has come into this lease's hand while the lane has it in hand under another."""
        self._adopted[notification_id] = lease

    def add(self, notification: Notification, *, lease: Lease) -> None:
        self._unwritten.append((notification, lease))

    async def flush(self) -> None:
        """Write everything added so far. What the store could not take stays for the next time."""
        async with self.writing:
            waiting, self._unwritten = self._unwritten, []
            try:
                while waiting:
                    batch, lease = self._next_batch(waiting)
                    await self._write(batch, lease)
                    waiting = waiting[len(batch) :]
            finally:
                self._unwritten = waiting + self._unwritten

    def _next_batch(
        self, waiting: Sequence[tuple[Notification, Lease]]
    ) -> tuple[list[Notification], Lease]:
        """As many as go together: the first ones, all in the hand of one lease."""
        batch: list[Notification] = []
        first: Lease | None = None
        for notification, begun_under in waiting[:BATCH]:
            lease = self._adopted.get(notification.id, begun_under)
            first = first or lease
            if lease.token != first.token:
                break
            batch.append(notification)
        assert first is not None  # there is at least one
        return batch, first

    async def _write(self, batch: list[Notification], lease: Lease) -> None:
        async def record(notifications: Sequence[Notification]) -> Sequence[Notification]:
            return await self._store.record(notifications, lease=lease)

        async def without_words(
            notification: Notification, refused: RowRefused
        ) -> Sequence[Notification]:
            self._telemetry.trouble(notification.channel, "writing an outcome", refused)
            try:
                return await record([_bare(notification)])
            except RowRefused:
                return []  # it is rescued once this lane has left

        written = await bisected(record, batch, without_words)
        held = {notification.id for notification in written}
        for notification in batch:
            now_under = self._adopted.get(notification.id, lease)
            if notification.id not in held and now_under.token != lease.token:
                self._unwritten.append((notification, now_under))  # adopted while this was written
                continue
            self._in_hand.discard(notification.id)
            self._adopted.pop(notification.id, None)
        if written:
            self._telemetry.settled(written[0].channel, written)


def _bare(notification: Notification) -> Notification:
    """Without what a provider may have put into it."""
    move = replace(notification.last_move, words="", rule="")
    return replace(notification, last_move=move, provider_id=None)
