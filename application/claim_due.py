"""What becomes of notifications whose time has come, or whose worker is gone?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from application.errors import StoreUnavailable
from application.gate import Gate
from application.ports.notification_store import NotificationStore
from application.ports.rate_limiter import rate_ask
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
    channel: Channel
    store: NotificationStore
    sender: Sender
    gate: Gate
    recorder: Recorder

    async def __call__(self, *, now: datetime, limit: int, lease: Lease) -> Claimed:
        claimed = await self.store.claim(self.channel.name, now=now, limit=limit, lease=lease)
        if not claimed:
            return Claimed(count=0)
        by = lease.worker
        asking: list[Notification] = []
        ready: list[Notification] = []
        for notification in claimed:
            if notification.status is Status.SENDING:
                self._add(notification.rescue(channel=self.channel, now=now, by=by), lease)
            elif notification.waiting_for is Wait.ANSWER:
                asking.append(notification)
            elif notification.wants_an_answer or notification.has_expired(now):
                self._add(self._end_of_wait(notification, now, by), lease)
            else:
                ready.append(notification)
        if asking:
            await self._ask_provider(asking, now, lease)
        return Claimed(count=len(claimed), begun=await self._begin(ready, now, lease))

    async def _begin(
        self, ready: Sequence[Notification], now: datetime, lease: Lease
    ) -> Sequence[Notification]:
        asks = [
            rate_ask(n.channel, n.recipient, (n.id, n.generation, n.attempt + 1)) for n in ready
        ]
        answers = await self.gate.admit(asks, now=now)
        going: list[Notification] = []
        for notification, waiting in zip(ready, answers, strict=True):
            if waiting is None:
                going.append(notification.begin(now=now, by=lease.worker))
            else:
                self._add(notification.hold(waiting, now=now, by=lease.worker), lease)
        if not going:
            return []
        reserved = self.recorder.reserve(n.id for n in going)
        written: Sequence[Notification] = []
        try:
            written = await self.store.record(going, lease=lease)
        except StoreUnavailable:
            # Still in this lease's hand, but not begun: put them back as they were.
            for notification in ready:
                if notification.id in reserved:
                    self._add(notification, lease)
            raise
        finally:
            not_begun = reserved.difference(n.id for n in written)
            self.recorder.drop(not_begun)
            for notification_id in not_begun:
                self.gate.forget(notification_id)
        return written

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
        return notification.fail(
            Failure.EXPIRED, now=now, by=by, words="its time passed while it waited"
        )

    def _add(self, notification: Notification, lease: Lease) -> None:
        self.recorder.add(notification, lease=lease)
