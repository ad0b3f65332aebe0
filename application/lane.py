"""How does one channel work, from the stream to the provider?

The same steps run in two ways: `turn` does all that can be done at one instant and comes
back, for tests that own the clock; `run` overlaps them, until it is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from application.accept_events import AcceptEvents, Reading
from application.claim_due import ClaimDue, Claimed
from application.errors import REMEDIES, Remedy
from application.gate import Gate
from application.hand_over import HandOver
from application.intake import Intake
from application.kept_receipts import KeptReceipts
from application.leasehold import Leasehold
from application.ports.clock import Clock
from application.ports.event_source import EventSource
from application.ports.notification_store import NotificationStore
from application.ports.telemetry import Telemetry
from application.pulse import Pulse
from application.recorder import BATCH, Recorder
from domain.channel import Channel
from domain.circuit import Circuit
from domain.errors import TidingsError
from domain.lease import Lease
from domain.notification import Notification

FLUSH_EVERY = timedelta(milliseconds=25)
LOOK_EVERY = timedelta(milliseconds=200)
POLL_FOR = timedelta(milliseconds=200)
AFTER_TROUBLE = timedelta(seconds=1)
#: How long hand-overs that have begun may still take once the lane is stopped.
GRACE = timedelta(seconds=30)
#: So long may one that is handed over alone keep the others waiting.
LONGEST_HAND_OVER = timedelta(minutes=15)


class Lane:
    def __init__(
        self,
        *,
        channel: Channel,
        source: EventSource,
        store: NotificationStore,
        clock: Clock,
        telemetry: Telemetry,
        gate: Gate,
        leasehold: Leasehold,
        recorder: Recorder,
        accept_events: AcceptEvents,
        claim_due: ClaimDue,
        hand_over: HandOver,
        kept_receipts: KeptReceipts,
    ) -> None:
        self.channel = channel
        self.pulse = Pulse(clock)
        self._source = source
        self._intake = Intake(source, accept_events)
        self._store = store
        self._clock = clock
        self._telemetry = telemetry
        self._gate = gate
        self._leasehold = leasehold
        self._recorder = recorder
        self._accept_events = accept_events
        self._claim_due = claim_due
        self._hand_over = hand_over
        self._kept_receipts = kept_receipts
        self._taken = 0
        self._is_alone = False
        self._is_stopping = False
        self.is_at_work = False  #: in this process

    @property
    def circuit(self) -> Circuit:
        return self._gate.circuit

    @property
    def in_hand(self) -> int:
        return self._recorder.in_hand

    async def lag(self) -> int:
        return await self._source.lag()

    async def unread_since(self) -> datetime | None:
        """When the next event to read was published; None: there is none.

        For who looks on, and never for who works: what it has seen, this lane will not read.
        """
        records = await self._source.poll(limit=1, wait_for=timedelta())
        return records[0].appended_at if records else None

    @property
    def is_paused(self) -> bool:
        """As far as this worker knows."""
        return self._gate.switch.is_off

    async def is_at_rest(self) -> bool:
        """Nothing in hand, nothing to read, and nothing due by itself, ever: what waits in a
        paused lane is due only when somebody resumes it."""
        if self._recorder.unwritten or await self._source.lag():
            return False
        return await self.next_due_at() is None

    async def next_due_at(self) -> datetime | None:
        return await self._store.next_due_at(self.channel.name, only_orphans=self.is_paused)

    def stop(self) -> None:
        """Take nothing more in hand, and start nothing more of what is."""
        self._is_stopping = True
        self._hand_over.stop()

    async def leave(self) -> None:
        """Write what is left to write, for GRACE at the most; the rest is for others to rescue."""
        self.is_at_work = False
        give_up_at = self._clock.now() + GRACE
        while True:
            try:
                await self._recorder.flush()
                await self._intake.commit()
                break
            except TidingsError as error:
                if REMEDIES[type(error)] is not Remedy.REDELIVER or (
                    self._clock.now() >= give_up_at
                ):
                    raise
                await self._endure("writing what is left", error)
        await self._leasehold.give_up(self._clock.now())

    async def turn(self) -> None:
        """Hear receipts, claim, poll to the stream's end, accept, send, flush; until this instant
        has no more."""
        self.is_at_work = True
        await self._gate.switch.look(self._clock.now())
        await self._recorder.flush()
        await self._intake.commit()
        while not self._is_stopping and (
            await self._kept_receipts.hear()
            or await self._claim_once()
            or await self._accept_once()
        ):
            pass

    async def _claim_once(self) -> bool:
        claimed, lease = await self._claim()
        await self._hand_over(claimed.begun, lease=lease)
        await self._recorder.flush()
        return claimed.count > 0

    async def _accept_once(self) -> bool:
        reading = await self._intake.next(timedelta())
        if not reading.records:
            return False
        begun, lease = await self._accept(reading)
        await self._hand_over(begun, lease=lease)
        await self._intake.commit()
        await self._recorder.flush()
        return True

    async def run(self, stopping: asyncio.Event) -> None:
        """Overlap everything until `stopping` is set, then finish; at most GRACE longer."""
        self.is_at_work = True
        finished = asyncio.Event()
        # Off the path to the hand-over.
        beside = (
            ("writing outcomes", self._recorder.flush, FLUSH_EVERY),
            ("committing its place in the stream", self._intake.commit, FLUSH_EVERY),
            ("renewing the lease", self._renew_lease, LOOK_EVERY),
            ("reading the lane's switch", self._look_at_switch, LOOK_EVERY),
        )
        try:
            async with asyncio.TaskGroup() as background:
                for doing, do, every in beside:
                    background.create_task(self._keep(doing, do, every=every, until=finished))
                try:
                    await self._work(stopping)
                finally:
                    finished.set()
        finally:
            self.pulse.end()
            await self.leave()

    async def _work(self, stopping: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as deadline, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_accepting(tasks))
                tasks.create_task(self._keep_claiming(tasks))
                await stopping.wait()
                self.stop()
                deadline.reschedule(loop.time() + GRACE.total_seconds())
        except TimeoutError:
            pass  # what was cut off has been settled as unknown

    async def _keep_accepting(self, tasks: asyncio.TaskGroup) -> None:
        try:
            while not self._is_stopping:
                self.pulse.beat("accepting events")
                try:
                    await self._accept_freely(tasks)
                except TidingsError as error:
                    await self._endure("accepting events", error)
        finally:
            await self._intake.stop_reading()

    async def _accept_freely(self, tasks: asyncio.TaskGroup) -> None:
        if self._room() < self._worthwhile:
            await self._clock.sleep(FLUSH_EVERY)
            await self._intake.show_life()
            return
        reading = await self._intake.next(POLL_FOR)
        if reading.records and not self._is_stopping:
            self._intake.read_ahead(POLL_FOR)
            begun, lease = await self._accept(reading)
            self._start(begun, lease, tasks)

    @property
    def _worthwhile(self) -> int:
        """Below so much room it is better to wait a little than to write in small batches."""
        return max(1, min(self.channel.in_flight, BATCH) // 4)

    async def _accept(self, reading: Reading) -> tuple[Sequence[Notification], Lease]:
        """As many as there is room for; the others stay for the next time."""
        now = self._clock.now()
        await self._gate.switch.look(now)
        lease = await self._leasehold.current(now)
        with self._room_taken() as room:
            taken = await self._accept_events(reading, room=room, now=now, lease=lease)
        self._intake.done(taken.count)
        return taken.begun, lease

    async def _keep_claiming(self, tasks: asyncio.TaskGroup) -> None:
        while not self._is_stopping:
            self.pulse.beat("claiming what is due", patience=LONGEST_HAND_OVER)
            try:
                await self._kept_receipts.hear_now_and_then()
                if not (self._room() and await self._claim_freely(tasks)):
                    await self._sleep_until_due()
            except TidingsError as error:
                await self._endure("claiming what is due", error)

    async def _claim_freely(self, tasks: asyncio.TaskGroup) -> bool:
        claimed, lease = await self._claim()
        if any(notification.is_suspect for notification in claimed.begun):
            await self._hand_over_alone(claimed.begun, lease)
        else:
            self._start(claimed.begun, lease, tasks)
        return claimed.count > 0

    async def _claim(self) -> tuple[Claimed, Lease]:
        now = self._clock.now()
        await self._gate.switch.look(now)
        lease = await self._leasehold.current(now)
        with self._room_taken() as room:
            return await self._claim_due(now=now, limit=room, lease=lease), lease

    async def _hand_over_alone(self, suspects: Sequence[Notification], lease: Lease) -> None:
        """So that, if the worker dies, it is known of what."""
        self._is_alone = True
        try:
            while self._recorder.in_hand > len(suspects) or self._taken:
                await self._clock.sleep(FLUSH_EVERY)
            await self._hand_over(suspects, lease=lease)
            await self._recorder.flush()
        finally:
            self._is_alone = False

    async def _sleep_until_due(self) -> None:
        due_at = await self.next_due_at()
        wait_for = LOOK_EVERY if due_at is None else due_at - self._clock.now()
        await self._clock.sleep(min(max(wait_for, FLUSH_EVERY), LOOK_EVERY))

    async def _keep(
        self,
        doing: str,
        do: Callable[[], Awaitable[object]],
        *,
        every: timedelta,
        until: asyncio.Event,
    ) -> None:
        while not until.is_set():
            self.pulse.beat(doing)
            try:
                await do()
            except TidingsError as error:
                await self._endure(doing, error)
            await self._clock.sleep(every)

    async def _renew_lease(self) -> None:
        await self._leasehold.current(self._clock.now())

    async def _look_at_switch(self) -> None:
        await self._gate.switch.look_now_and_then(self._clock.now())

    async def _endure(self, doing: str, error: TidingsError) -> None:
        if REMEDIES[type(error)] is not Remedy.REDELIVER:
            raise error
        self._telemetry.trouble(self.channel.name, doing, error)
        await self._clock.sleep(AFTER_TROUBLE)

    def _start(self, begun: Sequence[Notification], lease: Lease, tasks: asyncio.TaskGroup) -> None:
        if begun:
            tasks.create_task(self._hand_over(begun, lease=lease))

    def _room(self) -> int:
        if self._is_alone:
            return 0
        free = self.channel.in_flight - self._recorder.in_hand - self._taken
        return max(0, min(free, BATCH))

    @contextmanager
    def _room_taken(self) -> Iterator[int]:
        """All the room there is, counted as taken until what fills it is in the recorder."""
        room = self._room()
        self._taken += room
        try:
            yield room
        finally:
            self._taken -= room
