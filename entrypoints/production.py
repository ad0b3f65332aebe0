"""Which adapters make up the production assembly?

Its own module, as its libraries take a second to import and need not be installed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from adapters.kafka.dead_letter_topic import KafkaDeadLetterTopic
from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.membership import Reader
from adapters.kafka.neighbour import KafkaNeighbour
from adapters.kafka.options import KafkaOptions, Patience
from adapters.kafka.progress import KafkaOnlooker
from adapters.logs.telemetry import LogTelemetry
from adapters.outbox.copies import OutboxCopies
from adapters.postgres.api_keys import PostgresApiKeys
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.clock import PostgresClock
from adapters.postgres.database import Database
from adapters.postgres.dead_letter_outbox import PostgresDeadLetterOutbox
from adapters.postgres.dead_letters import PostgresDeadLetters
from adapters.postgres.identity import identity_of
from adapters.postgres.lane_control import PostgresLaneControl
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.neighbour import PostgresNeighbour
from adapters.postgres.notification_history import PostgresNotificationHistory
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.receipts import PostgresReceipts
from adapters.prometheus.telemetry import PrometheusTelemetry
from adapters.redis.accepted_cache import RedisAcceptedCache
from adapters.redis.neighbour import RedisNeighbour
from adapters.redis.rate_limiter import RedisRateLimiter
from adapters.redis.server import RedisServer
from adapters.several.telemetry import SeveralTelemetry
from adapters.system.clock import SystemClock, read_steady
from adapters.wire.decoder import WireDecoder
from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.sender import Sender
from domain.errors import TidingsError
from entrypoints.channels import ADDRESS_FIELDS, CHANNELS
from entrypoints.container import Connection, Core, Purpose, open_sender, watchers
from entrypoints.injection import containers, providers
from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import email_sender, outbox_folders, sms_sender
from entrypoints.servers import (
    group_of,
    kafka_options,
    postgres_options,
    redis_options,
    start_of,
)
from entrypoints.tracing import open_tracing, tracing_for

_LOOK_EVERY = 2.0  # seconds

Waits = Callable[[TidingsError], None] | None


def reader(settings: ProductionSettings, channel: str) -> Reader:
    return Reader(
        topic=settings.kafka_topic,
        group=group_of(settings, channel),
        start=start_of(settings, channel),
        patience=Patience(),
    )


def source(
    options: KafkaOptions, reader: Reader, purpose: Purpose
) -> KafkaEventSource | KafkaOnlooker:
    """Who does not work must not join a group: its partitions would go over to them."""
    return (KafkaEventSource if purpose is Purpose.WORK else KafkaOnlooker)(options, reader)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Redis is told whose keys it holds, as soon as the store can be asked."""

    redis: RedisServer
    database: Database

    async def open(self) -> None:
        self.redis.belong_to(await identity_of(self.database))

    async def close(self) -> None: ...


async def open_connections(
    purpose: Purpose,
    running: Sequence[str],
    waits: Waits,
    *,
    database: Database,
    clock: PostgresClock,
    redis: RedisServer,
    kafka_neighbour: KafkaNeighbour,
    publisher: KafkaEventPublisher,
    dead_letter_topic: KafkaDeadLetterTopic,
    senders: Mapping[str, Callable[[], Sender]],
    sources: Mapping[str, Callable[[], KafkaEventSource]],
) -> AsyncIterator[None]:
    """Only what the purpose needs; the lanes join their groups last."""
    async with AsyncExitStack() as opened:

        async def open_(*connections: Connection) -> None:
            for each in connections:
                await _once_there(each, waits)
                opened.push_async_callback(each.close)

        if purpose in (Purpose.PUBLISH, Purpose.SERVE):
            await open_(publisher)
        if purpose is not Purpose.PUBLISH:
            await open_(database, clock)
        if purpose in (Purpose.WORK, Purpose.SERVE):
            await open_(redis, kafka_neighbour)  # which are looked at
        if purpose is Purpose.WORK:
            await open_(Belonging(redis, database), dead_letter_topic)
            for channel in running:
                await open_sender(senders[channel](), opened)
            await open_(*(sources[channel]() for channel in running))
        yield


async def _once_there(connection: Connection, waits: Waits) -> None:
    while True:
        try:
            return await connection.open()
        except (StoreUnavailable, StreamUnavailable) as error:
            if waits is None or not error.may_pass:
                raise
            waits(error)
        await asyncio.sleep(_LOOK_EVERY)


class Production(containers.DeclarativeContainer):
    """Any number of processes on any number of machines, over Kafka, Redis and PostgreSQL."""

    purpose = providers.Dependency(instance_of=Purpose)
    settings = providers.Dependency(instance_of=ProductionSettings)
    running: providers.Dependency[Sequence[str]] = providers.Dependency()
    waits: providers.Dependency[Waits] = providers.Dependency()
    decoder = providers.Singleton(WireDecoder, ADDRESS_FIELDS)
    log = providers.Singleton(LogTelemetry)
    metrics = providers.Singleton(PrometheusTelemetry)
    database = providers.Singleton(Database, providers.Singleton(postgres_options, settings))
    clock = providers.Singleton(
        PostgresClock,
        database,
        providers.Factory(SystemClock, tell=log.provided.database_clock_jumped).provider,
        steady=providers.Object(read_steady),
        tell=log.provided.clock_differs,
    )
    tracing = providers.Singleton(
        tracing_for, settings, purpose.provided.may_be_followed, clock, log
    )
    traced = providers.Resource(open_tracing, tracing)
    telemetry = providers.Singleton(
        SeveralTelemetry, providers.Callable(watchers, log, metrics, tracing)
    )
    kafka = providers.Singleton(kafka_options, settings)
    redis = providers.Singleton(
        RedisServer, providers.Singleton(redis_options, settings), clock, telemetry
    )
    store = providers.Singleton(PostgresNotificationStore, database, decoder)
    leases = providers.Singleton(PostgresLeases, database)
    lane_control = providers.Singleton(PostgresLaneControl, database)
    receipts = providers.Singleton(PostgresReceipts, database)
    history = providers.Singleton(PostgresNotificationHistory, database, decoder, CHANNELS)
    dead_letters = providers.Singleton(PostgresDeadLetters, database)
    audit_log = providers.Singleton(PostgresAuditLog, database)
    api_keys = providers.Singleton(PostgresApiKeys, database)
    personal_data = providers.Singleton(PostgresPersonalData, database)
    copies = providers.Singleton(OutboxCopies, providers.Callable(outbox_folders, settings))
    dead_letter_outbox = providers.Singleton(PostgresDeadLetterOutbox, database)
    dead_letter_topic = providers.Singleton(
        KafkaDeadLetterTopic, kafka, settings.provided.kafka_dlq_topic
    )
    kafka_neighbour = providers.Singleton(
        KafkaNeighbour,
        kafka,
        providers.List(settings.provided.kafka_topic, settings.provided.kafka_dlq_topic),
    )
    neighbours = providers.List(
        kafka_neighbour,
        providers.Singleton(PostgresNeighbour, database),
        providers.Singleton(RedisNeighbour, redis),
    )
    pools = database.provided.pools
    cache = providers.Singleton(RedisAcceptedCache, redis)
    limiter = providers.Singleton(RedisRateLimiter, redis)
    publisher = providers.Singleton(KafkaEventPublisher, kafka, settings.provided.kafka_topic)
    email_source = providers.Singleton(
        source, kafka, providers.Factory(reader, settings, "email"), purpose
    )
    sms_source = providers.Singleton(
        source, kafka, providers.Factory(reader, settings, "sms"), purpose
    )
    email_sender = providers.Singleton(email_sender, settings, clock)
    sms_sender = providers.Singleton(sms_sender, settings, clock)
    connections = providers.Resource(
        open_connections,
        purpose,
        running,
        waits,
        database=database,
        clock=clock,
        redis=redis,
        kafka_neighbour=kafka_neighbour,
        publisher=publisher,
        dead_letter_topic=dead_letter_topic,
        senders=providers.Dict(email=email_sender.provider, sms=sms_sender.provider),
        sources=providers.Dict(email=email_source.provider, sms=sms_source.provider),
    )

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
