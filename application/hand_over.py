"""How does what was begun reach its provider, and its outcome the record?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from application.errors import StoreUnavailable
from application.gate import Gate
from application.leasehold import Leasehold
from application.ports.clock import Clock
from application.ports.rate_limiter import rate_ask
from application.ports.sender import Sender
from application.recorder import Recorder
from domain.channel import Channel
from domain.lease import Lease
from domain.notification import Notification
from domain.outcome import Outcome, ProviderDown, Unknown
from domain.status import Wait, Waiting

_CUT_OFF = Unknown(reason="stopped while the provider was at it")
_AFTER_TROUBLE = timedelta(seconds=1)

Queue = deque[Notification]


class HandOver:
    """Many hand-overs at once, bounded for the whole lane. Raises nothing but cancellation:
    whatever happens, each notification ends settled or released, in the recorder."""

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
        self._queues: list[tuple[Queue, Lease]] = []
        self._is_stopping = False

    def stop(self) -> None:
        """Start nothing more: what has not been started goes back to where it was."""
        self._is_stopping = True
        for queue, lease in self._queues:
            self._release_all(queue, lease, self._its_turn())

    async def __call__(self, begun: Sequence[Notification], *, lease: Lease) -> None:
        queue = deque(begun)
        self._queues.append((queue, lease))
        groups = -(-len(queue) // self._sender.takes)
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(groups, self._channel.concurrency)):
                    tasks.create_task(self._work_through(queue, lease))
        finally:
            self._release_all(queue, lease, self._its_turn())
            self._queues.remove((queue, lease))

    async def _work_through(self, queue: Queue, lease: Lease) -> None:
        while queue:
            async with self._places:
                group = self._next_group(queue, lease)
                if group:
                    await self._send(group, lease)
                elif queue:
                    await self._take_again(queue, lease)

    def _next_group(self, queue: Queue, lease: Lease) -> list[Notification]:
        """Those at the front that may start now; none, if the first one's grant is too old."""
        group: list[Notification] = []
        now = self._clock.now()
        if self._gate.switch.is_off:
            self._release_all(queue, lease, self._gate.switch.waiting(now))
        while queue and len(group) < self._sender.takes:
            notification = queue[0]
            if self._is_stopping or not self._leasehold.allows_start(lease, now):
                self._release(queue.popleft(), Waiting(reason=Wait.TURN, until=now), lease)
            elif not self._gate.may_start(notification.id):
                waiting = self._gate.wait_for_provider(now, place=self._recorder.unwritten)
                self._release(queue.popleft(), waiting, lease)
            elif self._gate.grant_is_fresh(notification.id, now):
                group.append(queue.popleft())
            else:
                break
        return group

    async def _take_again(self, queue: Queue, lease: Lease) -> None:
        """Their grants are too old to start from: take anew, for as many as start next."""
        now = self._clock.now()
        count = min(len(queue), self._channel.concurrency * self._sender.takes)
        stale = [queue.popleft() for _ in range(count)]
        asks = [rate_ask(n.channel, n.recipient, (n.id, n.generation, n.attempt)) for n in stale]
        later = Waiting(reason=Wait.TURN, until=now + _AFTER_TROUBLE)
        answers: list[Waiting | None] = [later] * len(stale)
        try:
            answers = await self._gate.pace(asks, now=now)
        except StoreUnavailable:
            pass  # they go back, and are due again soon
        finally:
            came_at = self._clock.now()
            for notification, waiting in zip(reversed(stale), reversed(answers), strict=True):
                if waiting is not None:
                    self._release(notification, waiting, lease)
                elif self._gate.grant_is_fresh(notification.id, came_at):
                    queue.appendleft(notification)
                else:
                    self._release(notification, later, lease)

    def _its_turn(self) -> Waiting:
        return Waiting(reason=Wait.TURN, until=self._clock.now())

    def _release_all(self, queue: Queue, lease: Lease, waiting: Waiting) -> None:
        while queue:
            self._release(queue.popleft(), waiting, lease)

    def _release(self, notification: Notification, waiting: Waiting, lease: Lease) -> None:
        self._gate.forget(notification.id)
        released = notification.release(waiting, now=self._clock.now(), by=lease.worker)
        self._recorder.add(released, lease=lease)

    async def _send(self, group: list[Notification], lease: Lease) -> None:
        try:
            outcomes = await self._sender.send(group)
        except asyncio.CancelledError:
            for notification in group:
                self._gate.forget(notification.id)
                self._settle(notification, _CUT_OFF, lease, self._clock.now())
            raise
        now = self._clock.now()
        for notification, outcome in zip(group, outcomes, strict=True):
            self._gate.learn(outcome, of=notification.id, now=now)
            self._settle(notification, outcome, lease, now)

    def _settle(
        self, notification: Notification, outcome: Outcome, lease: Lease, now: datetime
    ) -> None:
        wake_at = now
        if isinstance(outcome, ProviderDown):
            wake_at = self._gate.wait_for_provider(now, place=self._recorder.unwritten).until
        settled = notification.settle(
            outcome, channel=self._channel, now=now, by=lease.worker, wake_at=wake_at
        )
        self._recorder.add(settled, lease=lease)
