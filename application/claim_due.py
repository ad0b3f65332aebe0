"""What becomes of notifications whose time has come, or whose worker is gone?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from application.bisect import bisected
from application.errors import RowRefused
from application.gate import Gate
from application.ports.notification_store import NotificationStore
from application.ports.rate_limiter import RateAsk, rate_ask
from application.ports.sender import Sender
from application.recorder import Recorder
from domain.channel import Channel
from domain.failure import Failure
from domain.lease import Lease
from domain.notification import Notification
from domain.outcome import Found, NotFound
from domain.status import Status, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """`count` were due; `begun` of them are durable as SENDING and are to be handed over."""

    count: int
    begun: Sequence[Notification] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDue:
    """What it has claimed and could not move goes back as it was, through the recorder."""

    channel: Channel
    store: NotificationStore
    sender: Sender
    gate: Gate
    recorder: Recorder

    async def __call__(self, *, now: datetime, limit: int, lease: Lease) -> Claimed:
        claimed = await self._claim(now=now, limit=limit, lease=lease)
        asking: list[Notification] = []
        ready: list[Notification] = []
        too_late: list[Notification] = []
        for notification in claimed:
            if self.recorder.has_in_hand(notification.id):
                continue
            if notification.status is Status.SENDING:
                rescued = notification.rescue(channel=self.channel, now=now, by=lease.worker)
                self._add(rescued, lease)
            elif notification.waiting_for is Wait.ANSWER:
                asking.append(notification)
            elif notification.wants_an_answer or notification.has_expired(now):
                too_late.append(notification)
                self._add(self._end_of_wait(notification, now, lease.worker), lease)
            else:
                ready.append(notification)
        begun = await self._begin(ready, now, lease)
        if too_late:
            await self.gate.give_back([_ask(notification) for notification in too_late])
        if asking:
            await self._ask_provider(asking, now, lease)
        return Claimed(count=len(claimed), begun=begun)

    async def _claim(self, *, now: datetime, limit: int, lease: Lease) -> Sequence[Notification]:
        """Some may be this lane's own, in hand since before its lease was lost: their outcomes
        are to come, and must not be written under the old lease meanwhile."""
        async with self.recorder.writing:
            claimed = await self.store.claim(
                self.channel.name,
                now=now,
                limit=limit,
                lease=lease,
                only_orphans=self.gate.switch.is_off,
            )
            for notification in claimed:
                if self.recorder.has_in_hand(notification.id):
                    self.recorder.adopt(notification.id, lease)
        return claimed

    async def _begin(
        self, ready: Sequence[Notification], now: datetime, lease: Lease
    ) -> Sequence[Notification]:
        begun: dict[object, Notification] = {}
        held: set[object] = set()
        going: list[Notification] = []
        try:
            answers = await self.gate.admit([_ask(each) for each in ready], now=now)
            for notification, waiting in zip(ready, answers, strict=True):
                if waiting is None:
                    going.append(notification.begin(now=now, by=lease.worker))
                else:
                    held.add(notification.id)
                    self._add(notification.hold(waiting, now=now, by=lease.worker), lease)
            self.recorder.reserve(each.id for each in going)
            if going:
                begun = {each.id: each for each in await self._write(going, lease)}
        finally:
            for notification in ready:
                if notification.id not in begun and notification.id not in held:
                    self.recorder.drop([notification.id])
                    self.gate.forget(notification.id)
                    self._add(notification, lease)
        return list(begun.values())

    async def _write(self, going: Sequence[Notification], lease: Lease) -> Sequence[Notification]:
        async def record(notifications: Sequence[Notification]) -> Sequence[Notification]:
            return await self.store.record(notifications, lease=lease)

        async def leave(_: Notification, __: RowRefused) -> Sequence[Notification]:
            return []

        return await bisected(record, going, leave)

    async def _ask_provider(
        self, asking: Sequence[Notification], now: datetime, lease: Lease
    ) -> None:
        findings = await self.sender.find(asking)
        for notification, finding in zip(asking, findings, strict=True):
            match finding:
                case Found():
                    moved = notification.found(finding, now=now, by=lease.worker)
                case NotFound(reason=reason):
                    moved = notification.stay_uncertain(
                        channel=self.channel, now=now, by=lease.worker, words=reason
                    )
                case _:
                    assert_never(finding)
            self._add(moved, lease)

    def _end_of_wait(self, notification: Notification, now: datetime, by: str) -> Notification:
        if notification.status is Status.UNCERTAIN:
            return notification.stay_uncertain(channel=self.channel, now=now, by=by)
        words = "its time passed while it waited"
        return notification.fail(Failure.EXPIRED, now=now, by=by, words=words)

    def _add(self, notification: Notification, lease: Lease) -> None:
        self.recorder.add(notification, lease=lease)


def _ask(notification: Notification) -> RateAsk:
    ask = (notification.id, notification.generation, notification.attempt + 1)
    return rate_ask(notification.channel, notification.recipient, ask)
