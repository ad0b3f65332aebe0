"""Do the twins keep to what their ports promise?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from adapters.memory import database as twin
from adapters.memory.accepted_cache import MemoryAcceptedCache
from adapters.memory.api_keys import MemoryApiKeys
from adapters.memory.audit_log import MemoryAuditLog
from adapters.memory.clock import MemoryClock
from adapters.memory.dead_letter_outbox import MemoryDeadLetterOutbox
from adapters.memory.dead_letter_topic import MemoryDeadLetterTopic
from adapters.memory.dead_letters import MemoryDeadLetters
from adapters.memory.event_publisher import MemoryEventPublisher
from adapters.memory.event_source import MemoryEventSource
from adapters.memory.lane_control import MemoryLaneControl
from adapters.memory.leases import MemoryLeases
from adapters.memory.neighbour import MemoryNeighbour
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.notification_store import MemoryNotificationStore
from adapters.memory.personal_data import MemoryPersonalData
from adapters.memory.rate_limiter import MemoryRateLimiter
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.sender import MemorySender
from adapters.memory.stream import Stream as StreamTwin
from adapters.memory.telemetry import MemoryTelemetry
from application.ports.accepted_cache import AcceptedCache
from application.ports.clock import Clock
from application.ports.dead_letter_topic import DeadLetterTopic
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from application.ports.neighbour import Neighbour
from application.ports.rate_limiter import RateLimiter
from application.ports.sender import Sender
from application.ports.telemetry import Telemetry
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import Recipient
from tests.contracts.accepted_cache import AcceptedCacheContract, Cache
from tests.contracts.api_keys import ApiKeysContract
from tests.contracts.audit_log import AuditLogContract
from tests.contracts.clock import ClockContract, Time
from tests.contracts.database import Database, Ports
from tests.contracts.dead_letter_outbox import DeadLetterOutboxContract
from tests.contracts.dead_letter_topic import DeadLetterTopicContract, Topic
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.event_publisher import EventPublisherContract
from tests.contracts.event_source import EventSourceContract
from tests.contracts.lane_control import LaneControlContract
from tests.contracts.leases import LeasesContract
from tests.contracts.neighbour import NeighbourContract, Quarter
from tests.contracts.notification_history import NotificationHistoryContract
from tests.contracts.notification_store import NotificationStoreContract
from tests.contracts.personal_data import PersonalDataContract
from tests.contracts.rate_limiter import Limiters, RateLimiterContract
from tests.contracts.receipts import ReceiptsContract
from tests.contracts.sender import Provider, SenderContract
from tests.contracts.stream import Stream
from tests.contracts.telemetry import Listener, OverseerContract


class MemoryDatabase(Database):
    def __init__(self) -> None:
        self._twin = twin.Database()

    async def connect(self) -> Ports:
        return Ports(
            store=MemoryNotificationStore(self._twin),
            leases=MemoryLeases(self._twin),
            history=MemoryNotificationHistory(self._twin),
            dead_letters=MemoryDeadLetters(self._twin),
            audit_log=MemoryAuditLog(self._twin),
            lane_control=MemoryLaneControl(self._twin),
            receipts=MemoryReceipts(self._twin),
            personal_data=MemoryPersonalData(self._twin),
            outbox=MemoryDeadLetterOutbox(self._twin),
            api_keys=MemoryApiKeys(self._twin),
        )

    async def go_away(self) -> None:
        self._twin.go_away()

    async def come_back(self) -> None:
        self._twin.come_back()

    async def will_refuse(self, event_id: str) -> None:
        self._twin.will_refuse(event_id)


class MemoryStream(Stream):
    def __init__(self) -> None:
        self._twin = StreamTwin()
        self._clock = MemoryClock()

    async def publisher(self) -> EventPublisher:
        return MemoryEventPublisher(self._twin, self._clock)

    async def source(self, group: str) -> EventSource:
        return MemoryEventSource(self._twin, group, self._clock)

    async def pass_(self, by: timedelta) -> None:
        self._clock.advance(by)
        await asyncio.sleep(0)


class MemoryTopic(Topic):
    def __init__(self) -> None:
        self._twin = StreamTwin()

    async def topic(self) -> DeadLetterTopic:
        return MemoryDeadLetterTopic(self._twin, MemoryClock())

    async def published(self) -> list[bytes | None]:
        return [record.value for record in self._twin.records]

    async def go_away(self) -> None:
        self._twin.go_away()

    async def come_back(self) -> None:
        self._twin.come_back()


class MemoryLimiters(Limiters):
    """All workers of one process share the one limiter."""

    def __init__(self) -> None:
        self._twin = MemoryRateLimiter()

    async def connect(self) -> RateLimiter:
        return self._twin


class MemoryCache(Cache):
    def __init__(self) -> None:
        self._twin = MemoryAcceptedCache()

    async def connect(self) -> AcceptedCache:
        return self._twin

    async def forget_all(self) -> None:
        self._twin.forget_all()


class MemoryProvider(Provider):
    can_answer = frozenset({Accepted, Deferred, Rejected, Unknown, ProviderDown})

    def __init__(self) -> None:
        self._twin = MemorySender()

    async def sender(self) -> Sender:
        return self._twin

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        taken = [f"ok-{number}" for number in range(len(kinds))]
        self._twin.will(
            *(
                Accepted(reason="taken", provider_id=id_) if kind is Accepted else kind(reason="no")
                for kind, id_ in zip(kinds, taken, strict=True)
            )
        )
        return [Recipient(address=f"{id_}@b.de", key=f"{id_}@b.de") for id_ in taken]

    def hand_overs(self) -> int:
        return len(self._twin.handed_over)

    def stall(self) -> None:
        self._twin.stall_after(0)


class MemoryTime(Time):
    def __init__(self) -> None:
        self._twin = MemoryClock()

    def clock(self) -> Clock:
        return self._twin

    async def pass_(self, by: timedelta) -> None:
        self._twin.advance(by)
        await asyncio.sleep(0)


class MemoryListener(Listener):
    def __init__(self) -> None:
        self._twin = MemoryTelemetry()

    def telemetry(self) -> Telemetry:
        return self._twin

    def heard(self) -> str:
        return "\n".join(self._twin.said)


class MemoryQuarter(Quarter):
    def __init__(self) -> None:
        self._twin = twin.Database()

    async def neighbour(self) -> Neighbour:
        return MemoryNeighbour(self._twin)

    async def go_away(self) -> None:
        self._twin.go_away()

    async def come_back(self) -> None:
        self._twin.come_back()


class InMemory:
    def open_database(self, folder: Path) -> Database:
        return MemoryDatabase()

    def open_stream(self, folder: Path) -> Stream:
        return MemoryStream()

    def open_topic(self) -> Topic:
        return MemoryTopic()

    def open_limiters(self, folder: Path) -> Limiters:
        return MemoryLimiters()

    def open_cache(self, folder: Path) -> Cache:
        return MemoryCache()

    def open_provider(self, folder: Path) -> Provider:
        return MemoryProvider()

    def open_time(self) -> Time:
        return MemoryTime()

    def open_listener(self) -> Listener:
        return MemoryListener()

    def open_quarter(self, folder: Path) -> Quarter:
        return MemoryQuarter()


class TestMemoryNotificationStore(InMemory, NotificationStoreContract):
    pass


class TestMemoryLeases(InMemory, LeasesContract):
    pass


class TestMemoryLaneControl(InMemory, LaneControlContract):
    pass


class TestMemoryNotificationHistory(InMemory, NotificationHistoryContract):
    pass


class TestMemoryReceipts(InMemory, ReceiptsContract):
    pass


class TestMemoryDeadLetters(InMemory, DeadLettersContract):
    pass


class TestMemoryApiKeys(InMemory, ApiKeysContract):
    pass


class TestMemoryAuditLog(InMemory, AuditLogContract):
    pass


class TestMemoryPersonalData(InMemory, PersonalDataContract):
    pass


class TestMemoryDeadLetterOutbox(InMemory, DeadLetterOutboxContract):
    pass


class TestMemoryDeadLetterTopic(InMemory, DeadLetterTopicContract):
    pass


class TestMemoryEventSource(InMemory, EventSourceContract):
    pass


class TestMemoryEventPublisher(InMemory, EventPublisherContract):
    pass


class TestMemoryRateLimiter(InMemory, RateLimiterContract):
    pass


class TestMemoryAcceptedCache(InMemory, AcceptedCacheContract):
    pass


class TestMemorySender(InMemory, SenderContract):
    pass


class TestMemoryClock(InMemory, ClockContract):
    pass


class TestMemoryTelemetry(InMemory, OverseerContract):
    pass


class TestMemoryNeighbour(InMemory, NeighbourContract):
    pass
