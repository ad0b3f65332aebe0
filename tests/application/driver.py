"""How does a test drive one lane, turn by turn or running freely?"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.memory.accepted_cache import MemoryAcceptedCache
from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.dead_letters import MemoryDeadLetters
from adapters.memory.event_source import MemoryEventSource
from adapters.memory.leases import MemoryLeases
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.stream import Stream
from adapters.memory.telemetry import MemoryTelemetry
from application.accept_events import AcceptEvents
from application.claim_due import ClaimDue
from application.errors import StoreUnavailable, StreamUnavailable
from application.gate import Gate
from application.hand_over import HandOver
from application.kept_receipts import KeptReceipts
from application.lane import Lane
from application.leasehold import Leasehold
from application.ports.dead_letters import DeadLetterQuery
from application.receive_receipts import ReceiveReceipts
from application.recorder import Recorder
from application.replay_dead_letters import Prospect, ReplayDeadLetters, ReplayOrder
from application.switch import Switch
from domain.channel import Channel
from domain.dead_letter import DeadLetter
from domain.lease import Lease
from domain.move import Move
from domain.notification import Notification, notification_id
from domain.record import Record
from domain.status import Status
from tests.application.given import (
    HurdledLaneControl,
    HurdledLimiter,
    HurdledReceipts,
    HurdledSender,
    HurdledStore,
    Hurdles,
    LearningDecoder,
)
from tests.builders import NOON, email_channel

STEP = timedelta(milliseconds=25)
#: So often everybody may go on before the clock moves: enough for the longest chain of awaits.
BREATHS = 25


class WatchedSource(MemoryEventSource):
    """Notes when it was asked for nothing: a sign of life."""

    def __init__(self, stream: Stream, group: str, clock: MemoryClock) -> None:
        super().__init__(stream, group, clock)
        self.signs_of_life: list[datetime] = []

    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:
        if limit == 0:
            self.signs_of_life.append(self._clock.now())
        return await super().poll(limit=limit, wait_for=wait_for)


class Driver:
    """One lane on the twins; `another` is a worker that comes after it, on the same database."""

    def __init__(
        self, channel: Channel | None = None, *, can_read: bool = True, of: Driver | None = None
    ) -> None:
        self.channel: Channel = channel or (of.channel if of else email_channel())
        self.hurdles = Hurdles()
        self.clock: MemoryClock = of.clock if of else MemoryClock(NOON)
        self.database: Database = of.database if of else Database()
        self.stream: Stream = of.stream if of else Stream()
        self.sender: HurdledSender = of.sender if of else HurdledSender(self.database)
        self.limiter: HurdledLimiter = (
            of.limiter if of else HurdledLimiter(self.hurdles, self.clock)
        )
        self.decoder = LearningDecoder(can_read=can_read)
        self.telemetry = MemoryTelemetry()
        self.store = HurdledStore(self.database, self.hurdles)
        self.cache = MemoryAcceptedCache()
        self.leases = MemoryLeases(self.database)
        self.dead_letters = MemoryDeadLetters(self.database)
        self.lane_control = HurdledLaneControl(self.database, self.hurdles)
        switch = Switch(self.channel.name, self.lane_control, self.telemetry)
        self.gate = Gate(self.channel, switch, self.limiter, self.telemetry)
        self.recorder = Recorder(self.store, self.telemetry)
        self.accept_events = AcceptEvents(
            channel=self.channel,
            decoder=self.decoder,
            cache=self.cache,
            store=self.store,
            dead_letters=self.dead_letters,
            gate=self.gate,
            recorder=self.recorder,
            telemetry=self.telemetry,
        )
        self.claim_due = ClaimDue(
            channel=self.channel,
            store=self.store,
            sender=self.sender,
            gate=self.gate,
            recorder=self.recorder,
        )
        self.history = MemoryNotificationHistory(self.database)
        self.receipts = HurdledReceipts(self.database, self.hurdles)
        self.receive_receipts = ReceiveReceipts(
            receipts=self.receipts,
            store=self.store,
            history=self.history,
            clock=self.clock,
            telemetry=self.telemetry,
        )
        self.source = WatchedSource(self.stream, self.channel.name, self.clock)
        self.lane = self._lane(Leasehold(self.leases, "worker-1"))
        self.replay_dead_letters = ReplayDeadLetters(
            channels={self.channel.name: self.channel},
            decoder=self.decoder,
            store=self.store,
            history=self.history,
            dead_letters=self.dead_letters,
            clock=self.clock,
        )
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def _lane(self, leasehold: Leasehold) -> Lane:
        return Lane(
            channel=self.channel,
            source=self.source,
            store=self.store,
            clock=self.clock,
            telemetry=self.telemetry,
            gate=self.gate,
            leasehold=leasehold,
            recorder=self.recorder,
            accept_events=self.accept_events,
            claim_due=self.claim_due,
            hand_over=HandOver(
                channel=self.channel,
                sender=self.sender,
                clock=self.clock,
                gate=self.gate,
                recorder=self.recorder,
                leasehold=leasehold,
            ),
            kept_receipts=KeptReceipts(self.receive_receipts, self.clock),
        )

    def another(self) -> Driver:
        return Driver(of=self)

    # Events

    def publish(self, *event_ids: str, to: str | None = None, **instants: datetime) -> None:
        """Each for somebody of its own, unless they are all for one."""
        for event_id in event_ids:
            event = {
                "eventId": event_id,
                "messageType": "ALERT_RAISED",
                "payload": {"email": to or f"{event_id}@example.com", "message": event_id},
            } | {name: round(instant.timestamp() * 1000) for name, instant in instants.items()}
            self.stream.append(json.dumps(event).encode(), appended_at=self.clock.now())

    # Turn by turn

    async def turn(self) -> Exception | None:
        """What it ran into; a service would try again."""
        try:
            await self.lane.turn()
        except (StoreUnavailable, StreamUnavailable) as error:
            return error
        return None

    async def pass_turns(self, seconds: int) -> None:
        """A turn every second."""
        for _ in range(seconds):
            self.clock.advance(timedelta(seconds=1))
            await self.turn()

    async def a_lease(self, worker: str = "worker-1") -> Lease:
        return await self.leases.begin(worker, now=self.clock.now())

    # Running freely

    def start(self) -> None:
        self._running = asyncio.create_task(self.lane.run(self._stopping))

    async def breathe(self) -> None:
        for _ in range(BREATHS):
            await asyncio.sleep(0)

    async def let_pass(self, seconds: float) -> None:
        await self.breathe()
        for _ in range(round(timedelta(seconds=seconds) / STEP)):
            self.clock.advance(STEP)
            await self.breathe()

    def stop(self) -> None:
        self._stopping.set()

    @property
    def is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    async def finish(self) -> None:
        """Stop it, unless that was done, and see it end within the grace; raises what it raised."""
        assert self._running is not None
        self.stop()
        for _ in range(60):
            await self.let_pass(1)
            if not self.is_running:
                break
        assert not self.is_running, "it does not come to an end"
        await self._running

    # Dead letters

    async def letters(self) -> Sequence[DeadLetter]:
        """The open ones, oldest first."""
        return await self.dead_letters.batch(DeadLetterQuery(), limit=1000, after=None)

    async def replay(
        self, letters: Sequence[DeadLetter], *, is_dry_run: bool = False, apart: float = 0
    ) -> Sequence[Prospect]:
        order = ReplayOrder(
            by="Linus",
            why="it is mended",
            start_at=self.clock.now(),
            apart=timedelta(seconds=apart),
        )
        if is_dry_run:
            return await self.replay_dead_letters.look(letters, order)
        return await self.replay_dead_letters(letters, order)

    # What can be seen

    @property
    def told(self) -> Mapping[str, int]:
        """How often each was handed over."""
        return Counter(each.event.id for each in self.sender.handed_over)

    def notification(self, event_id: str) -> Notification:
        return self.database.notifications[notification_id(event_id, self.channel.name)]

    def status(self, event_id: str) -> Status:
        return self.notification(event_id).status

    def statuses(self) -> Mapping[Status, int]:
        return Counter(each.status for each in self.database.notifications.values())

    def trail(self, event_id: str) -> Sequence[Move]:
        return list(self.database.trails[self.notification(event_id).id].values())

    @property
    def in_hand(self) -> int:
        """Of which the database says that somebody has it in hand."""
        return len(self.database.hands)


def once(*event_ids: str) -> Mapping[str, int]:
    return Counter(event_ids)


def many(count: int, *, first: int = 1) -> list[str]:
    return [f"e{number}" for number in range(first, first + count)]
