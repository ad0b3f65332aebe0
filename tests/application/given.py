"""What do the tests of the lane share: its twins, and what can be put in their way?"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.lane_control import MemoryLaneControl
from adapters.memory.notification_store import MemoryNotificationStore
from adapters.memory.rate_limiter import MemoryRateLimiter
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.sender import MemorySender
from adapters.memory.stream import Stream
from adapters.wire.decoder import WireDecoder
from application.errors import StoreUnavailable
from application.ports.event_decoder import EventDecoder
from application.ports.notification_store import Revival
from application.ports.rate_limiter import RateAsk
from domain.dead_letter import Settlement
from domain.errors import UnreadableEvent
from domain.event import Event
from domain.lease import Lease
from domain.notification import Notification
from domain.outcome import Outcome
from domain.pause import Pause
from domain.rate import RateRule, RateVerdict
from domain.receipt import Receipt
from domain.record import Record
from domain.repeat import Standing


class Hurdles:
    """What stands in the way of the calls that are named: each is passed in the order given."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._failing: dict[str, deque[bool]] = {}
        self._held: dict[str, asyncio.Event] = {}

    def fail(self, call: str, *, after: int = 0, times: int = 1) -> None:
        """Raise StoreUnavailable so many times, once so many more have passed."""
        self._failing[call] = deque([False] * after + [True] * times)

    def hold(self, call: str) -> None:
        """Let the next such call wait until `let_go`; those behind it pass."""
        self._held[call] = asyncio.Event()

    def let_go(self, call: str) -> None:
        self._held.pop(f"{call}, held").set()

    def is_held(self, call: str) -> bool:
        return f"{call}, held" in self._held

    async def passing(self, call: str) -> None:
        self.calls[call] += 1
        if call in self._held:
            held = self._held[f"{call}, held"] = self._held.pop(call)
            await held.wait()
        failing = self._failing.get(call)
        if failing and failing.popleft():
            raise StoreUnavailable(f"{call} failed", fix="try again")


class HurdledStore(MemoryNotificationStore):
    """`limits` are those it was asked to claim within."""

    def __init__(self, database: Database, hurdles: Hurdles) -> None:
        super().__init__(database)
        self._hurdles = hurdles
        self.limits: list[int] = []

    async def accept(
        self, newborn: Sequence[Notification], *, lease: Lease | None
    ) -> Sequence[Standing | None]:
        await self._hurdles.passing("accept")
        return await super().accept(newborn, lease=lease)

    async def claim(
        self,
        channel: str,
        *,
        now: datetime,
        limit: int,
        lease: Lease,
        only_orphans: bool = False,
    ) -> Sequence[Notification]:
        self.limits.append(limit)
        await self._hurdles.passing("claim")
        claimed = await super().claim(
            channel, now=now, limit=limit, lease=lease, only_orphans=only_orphans
        )
        await self._hurdles.passing("answer to a claim")
        return claimed

    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        await self._hurdles.passing("record")
        return await super().record(notifications, lease=lease)

    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        await self._hurdles.passing("revise")
        return await super().revise(notifications)

    async def revive(
        self, revivals: Sequence[Revival], settlement: Settlement
    ) -> Sequence[Notification]:
        await self._hurdles.passing("revive")
        return await super().revive(revivals, settlement)


class HurdledLaneControl(MemoryLaneControl):
    def __init__(self, database: Database, hurdles: Hurdles) -> None:
        super().__init__(database)
        self._hurdles = hurdles

    async def pauses(self) -> Mapping[str, Pause]:
        await self._hurdles.passing("pauses")
        return await super().pauses()


class HurdledReceipts(MemoryReceipts):
    def __init__(self, database: Database, hurdles: Hurdles) -> None:
        super().__init__(database)
        self._hurdles = hurdles

    async def keep(self, receipts: Sequence[Receipt]) -> None:
        await self._hurdles.passing("keep")
        await super().keep(receipts)

    async def ripe(self, *, limit: int) -> Sequence[Receipt]:
        await self._hurdles.passing("ripe")
        return await super().ripe(limit=limit)

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        await self._hurdles.passing("settle")
        await super().settle(receipts)


class HurdledLimiter(MemoryRateLimiter):
    """Answers after `takes`."""

    takes = timedelta()

    def __init__(self, hurdles: Hurdles, clock: MemoryClock) -> None:
        super().__init__()
        self._hurdles = hurdles
        self._clock = clock

    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        await self._hurdles.passing("take")
        verdicts = await super().take(asks, rule=rule, now=now)
        if self.takes:
            await self._clock.sleep(self.takes)
        return verdicts


class HurdledSender(MemorySender):
    """Things happen around it while it hands over."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._spoils: set[str] = set()
        self._takes_away: Database | Stream | None = None

    def take_away(self, what: Database | Stream) -> None:
        """During the next hand-over."""
        self._takes_away = what

    def spoil(self, event_id: str) -> None:
        """From its next hand-over on, the store refuses what is written of this event."""
        self._spoils.add(event_id)

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        for event_id in self._spoils.intersection(n.event.id for n in notifications):
            self._database.will_refuse(event_id)
            self._spoils.remove(event_id)
        if self._takes_away is not None:
            self._takes_away.go_away()
            self._takes_away = None
        return await super().send(notifications)


class LearningDecoder(EventDecoder):
    """Reads nothing until it has learnt to."""

    def __init__(self, *, can_read: bool) -> None:
        self._wire = WireDecoder(("email", "phoneNumber"))
        self._can_read = can_read

    def learn(self) -> None:
        self._can_read = True

    def decode(self, record: Record) -> Event:
        if not self._can_read:
            raise UnreadableEvent("event", "is in a format of tomorrow")
        return self._wire.decode(record)

    def passes_over(self, record: Record, address_field: str) -> bool:
        return False
