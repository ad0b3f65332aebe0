"""How does what was begun reach its provider, and its outcome the record?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from application.gate import Gate
from application.leasehold import Leasehold
from application.ports.clock import Clock
from application.ports.rate_limiter import rate_ask
from application.ports.sender import Sender
from application.recorder import Recorder
from domain.channel import Channel
from domain.lease import Lease
from domain.notification import Notification
from domain.outcome import Outcome, Unknown
from domain.status import Wait, Waiting

_CUT_OFF = Unknown(reason="stopped while the provider was at it")


class HandOver:
    """Many hand-overs at once, bounded for the whole lane."""

    def __init__(
        self,
        *,
        channel: Channel,
        sender: Sender,
        clock: Clock,
        gate: Gate,
        recorder: Recorder,
        leasehold: Leasehold,
    ) -> None:
        self._channel = channel
        self._sender = sender
        self._clock = clock
        self._gate = gate
        self._recorder = recorder
        self._leasehold = leasehold
        self._places = asyncio.Semaphore(channel.concurrency)
        self._is_stopping = False

    def stop(self) -> None:
        """Start nothing more: what has not been started goes back to where it was."""
        self._is_stopping = True

    async def __call__(self, begun: Sequence[Notification], *, lease: Lease) -> None:
        """Returns once each is settled or released, in the recorder."""
        queue = deque(begun)
        groups = -(-len(queue) // self._sender.takes)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(groups, self._channel.concurrency)):
                tasks.create_task(self._work_through(queue, lease))

    async def _work_through(self, queue: deque[Notification], lease: Lease) -> None:
        while queue:
            async with self._places:
                group = await self._next_group(queue, lease)
                if group:
                    await self._send(group, lease)

    async def _next_group(self, queue: deque[Notification], lease: Lease) -> list[Notification]:
        group: list[Notification] = []
        while queue and len(group) < self._sender.takes:
            notification = queue.popleft()
            now = self._clock.now()
            if self._is_stopping or not self._leasehold.allows_start(lease, now):
                self._release(notification, Waiting(reason=Wait.TURN, until=now), lease)
            elif not self._gate.may_start(notification.id):
                waiting = self._gate.wait_for_provider(now, place=self._recorder.unwritten)
                self._release(notification, waiting, lease)
            elif not self._gate.grant_is_fresh(notification.id, now):
                queue.appendleft(notification)
                await self._take_again(queue, lease, now)
            else:
                group.append(notification)
        return group

    async def _take_again(self, queue: deque[Notification], lease: Lease, now: datetime) -> None:
        """Their grants are too old to start from: take anew, for as many as start next."""
        count = min(len(queue), self._channel.concurrency * self._sender.takes)
        stale = [queue.popleft() for _ in range(count)]
        asks = [rate_ask(n.channel, n.recipient, (n.id, n.generation, n.attempt)) for n in stale]
        answers = await self._gate.pace(asks, now=now)
        for notification, waiting in zip(reversed(stale), reversed(answers), strict=True):
            if waiting is None:
                queue.appendleft(notification)
            else:
                self._release(notification, waiting, lease)

    def _release(self, notification: Notification, waiting: Waiting, lease: Lease) -> None:
        self._gate.forget(notification.id)
        released = notification.release(waiting, now=self._clock.now(), by=lease.worker)
        self._recorder.add(released, lease=lease)

    async def _send(self, group: list[Notification], lease: Lease) -> None:
        try:
            outcomes = await self._sender.send(group)
        except asyncio.CancelledError:
            self._settle(group, [_CUT_OFF] * len(group), lease)
            raise
        self._settle(group, outcomes, lease)

    def _settle(self, group: list[Notification], outcomes: Sequence[Outcome], lease: Lease) -> None:
        now = self._clock.now()
        for notification, outcome in zip(group, outcomes, strict=True):
            self._gate.learn(outcome, of=notification.id, now=now)
            settled = notification.settle(
                outcome,
                channel=self._channel,
                now=now,
                by=lease.worker,
                wake_at=self._gate.wait_for_provider(now, place=self._recorder.unwritten).until,
            )
            self._recorder.add(settled, lease=lease)
