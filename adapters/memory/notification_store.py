"""Where do notifications live, while the process does?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.database import Database
from application.ports.notification_store import NotificationStore, Revival
from domain.dead_letter import Settlement
from domain.lease import Lease
from domain.notification import Notification
from domain.repeat import Sighting, Standing
from domain.status import Wait


class MemoryNotificationStore(NotificationStore):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(
        self, newborn: Sequence[Notification], *, lease: Lease | None
    ) -> Sequence[Standing | None]:
        self._database.check(list(newborn))
        standings: list[Standing | None] = []
        here: set[UUID] = set()
        for notification in newborn:
            first = self._database.notifications.get(notification.id)
            if first is None:
                self._database.write(notification, lease)
            if first is None or self._was_added(first, notification, lease, here):
                here.add(notification.id)
                standings.append(None)
                continue
            standing = Standing.of(first)
            sighting = standing.sighting(
                event=notification.event,
                position=notification.origin,
                now=notification.accepted_at,
            )
            if sighting is not None:
                self._note(sighting)
            standings.append(standing)
        return standings

    async def note(self, sightings: Sequence[Sighting]) -> None:
        self._database.reach()
        for sighting in sightings:
            self._note(sighting)

    async def claim(
        self,
        channel: str,
        *,
        now: datetime,
        limit: int,
        lease: Lease,
        only_orphans: bool = False,
    ) -> Sequence[Notification]:
        self._database.reach()
        due = sorted(
            (
                notification
                for notification in self._database.notifications.values()
                if notification.channel == channel
                and (notification.id in self._database.hands or not only_orphans)
                and self._can_be_claimed(notification, now)
            ),
            key=lambda notification: notification.due_at or notification.since,
        )[: max(0, limit)]
        claimed: list[Notification] = []
        for notification in due:
            if notification.is_suspect:
                claimed = claimed or [notification]
                break
            claimed.append(notification)
        for notification in claimed:
            self._database.hands[notification.id] = lease.token
        return claimed

    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        self._database.check(list(notifications))
        held: set[UUID] = {
            n.id for n in notifications if self._database.hands.get(n.id) == lease.token
        }
        written = [notification for notification in notifications if notification.id in held]
        for notification in written:
            self._database.write(notification, lease)
        return written

    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        self._database.check(list(notifications))
        written = [each for each in notifications if self._can_be_revised(each)]
        for notification in written:
            self._database.write(notification, None)
        return written

    async def revive(
        self, revivals: Sequence[Revival], settlement: Settlement
    ) -> Sequence[Notification]:
        self._database.check([n for each in revivals for n in (*each.revised, *each.newborn)])
        taken = [each for each in revivals if self._database.settle(each.letter_id, settlement)]
        revised = await self.revise([n for each in taken for n in each.revised])
        newborn = [n for each in taken for n in each.newborn]
        standings = await self.accept(newborn, lease=None)
        added = [n for n, first in zip(newborn, standings, strict=True) if first is None]
        return [*revised, *added]

    async def next_due_at(self, channel: str, *, only_orphans: bool = False) -> datetime | None:
        self._database.reach()
        return min(
            (
                instant
                for notification in self._database.notifications.values()
                if notification.channel == channel
                and (notification.id in self._database.hands or not only_orphans)
                and (instant := self._claimable_at(notification)) is not None
            ),
            default=None,
        )

    def _was_added(
        self, first: Notification, again: Notification, lease: Lease | None, here: set[UUID]
    ) -> bool:
        """By an earlier call with the same lease, whose answer did not arrive."""
        return (
            lease is not None
            and first.id not in here
            and first.origin == again.origin
            and first.event.digest == again.event.digest
            and again.is_in_hand
            and first.last_move.number == 1
            and self._database.hands.get(first.id) == lease.token
        )

    def _can_be_claimed(self, notification: Notification, now: datetime) -> bool:
        token = self._database.hands.get(notification.id)
        if token is not None:
            lease = self._database.leases.get(token)
            return lease is None or lease.is_over(now)
        return notification.due_at is not None and notification.due_at <= now

    def _can_be_revised(self, notification: Notification) -> bool:
        standing = self._database.notifications.get(notification.id)
        return (
            standing is not None
            and notification.id not in self._database.hands
            and standing.last_move.number == notification.last_move.number - 1
        )

    def _claimable_at(self, notification: Notification) -> datetime | None:
        token = self._database.hands.get(notification.id)
        if token is not None:
            lease = self._database.leases.get(token)
            return notification.since if lease is None else lease.until
        return None if notification.waiting_for is Wait.PERSON else notification.due_at

    def _note(self, sighting: Sighting) -> None:
        key = (sighting.notification_id, sighting.position)
        self._database.sightings.setdefault(key, sighting)
