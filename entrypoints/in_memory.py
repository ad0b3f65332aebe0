"""Which twins make up the assembly that tests and the living spec run on?

Its own module, so that no command makes what only tests need.
"""

from __future__ import annotations

from adapters.memory.accepted_cache import MemoryAcceptedCache
from adapters.memory.api_keys import MemoryApiKeys
from adapters.memory.audit_log import MemoryAuditLog
from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database as MemoryDatabase
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
from adapters.memory.stream import Stream
from adapters.memory.telemetry import MemoryTelemetry
from adapters.prometheus.telemetry import PrometheusTelemetry
from adapters.wire.decoder import WireDecoder
from entrypoints.channels import ADDRESS_FIELDS, CHANNELS
from entrypoints.container import Core, no_pools
from entrypoints.injection import containers, providers
from entrypoints.settings import Settings
from entrypoints.tracing import Tracing


class InMemory(containers.DeclarativeContainer):
    """Twins of everything, under a clock that the test moves."""

    settings = providers.Dependency(instance_of=Settings)
    running = providers.Object(CHANNELS)
    decoder = providers.Singleton(WireDecoder, ADDRESS_FIELDS)
    clock = providers.Singleton(MemoryClock)
    telemetry = providers.Singleton(MemoryTelemetry)
    metrics = providers.Singleton(PrometheusTelemetry)
    tracing = providers.Singleton(Tracing)
    database = providers.Singleton(MemoryDatabase)
    stream = providers.Singleton(Stream)
    store = providers.Singleton(MemoryNotificationStore, database)
    leases = providers.Singleton(MemoryLeases, database)
    lane_control = providers.Singleton(MemoryLaneControl, database)
    receipts = providers.Singleton(MemoryReceipts, database)
    history = providers.Singleton(MemoryNotificationHistory, database)
    dead_letters = providers.Singleton(MemoryDeadLetters, database)
    audit_log = providers.Singleton(MemoryAuditLog, database)
    api_keys = providers.Singleton(MemoryApiKeys, database)
    personal_data = providers.Singleton(MemoryPersonalData, database)
    copies: providers.Object[None] = providers.Object(None)
    dead_letter_outbox = providers.Singleton(MemoryDeadLetterOutbox, database)
    dead_letter_stream = providers.Singleton(Stream)
    dead_letter_topic = providers.Singleton(MemoryDeadLetterTopic, dead_letter_stream, clock)
    neighbours = providers.List(providers.Singleton(MemoryNeighbour, database))
    pools = providers.Object(no_pools)
    cache = providers.Singleton(MemoryAcceptedCache)
    limiter = providers.Singleton(MemoryRateLimiter)
    publisher = providers.Singleton(MemoryEventPublisher, stream, clock)
    email_source = providers.Factory(MemoryEventSource, stream, "email", clock)
    sms_source = providers.Factory(MemoryEventSource, stream, "sms", clock)
    email_sender = providers.Singleton(MemorySender)
    sms_sender = providers.Singleton(MemorySender)

    core = providers.Container(
        Core,
        settings=settings,
        clock=clock,
        telemetry=telemetry,
        metrics=metrics,
        tracing=tracing,
        neighbours=neighbours,
        pools=pools,
        decoder=decoder,
        store=store,
        leases=leases,
        lane_control=lane_control,
        history=history,
        dead_letters=dead_letters,
        audit_log=audit_log,
        api_keys=api_keys,
        personal_data=personal_data,
        copies=copies,
        dead_letter_outbox=dead_letter_outbox,
        dead_letter_topic=dead_letter_topic,
        cache=cache,
        limiter=limiter,
        publisher=publisher,
        email_source=email_source,
        sms_source=sms_source,
        email_sender=email_sender,
        sms_sender=sms_sender,
        running=running,
        receipts=receipts,
    )
    tidings = core.tidings
