"""Which adapters make up an assembly?

`Core` has a slot for every port; each assembly makes adapters and fills the slots with them.
An assembly is chosen once, by name, and gives out exactly one object: its `tidings`.
"""

from __future__ import annotations

import inspect
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path

from dependency_injector import containers, providers

from adapters.logs.telemetry import LogTelemetry
from adapters.mail.address import read_email_address
from adapters.mail.message import build_message
from adapters.mail.originator import Originator
from adapters.memory.accepted_cache import MemoryAcceptedCache
from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database as MemoryDatabase
from adapters.memory.dead_letters import MemoryDeadLetters
from adapters.memory.event_publisher import MemoryEventPublisher
from adapters.memory.event_source import MemoryEventSource
from adapters.memory.leases import MemoryLeases
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.notification_store import MemoryNotificationStore
from adapters.memory.rate_limiter import MemoryRateLimiter
from adapters.memory.sender import MemorySender
from adapters.memory.stream import Stream
from adapters.memory.telemetry import MemoryTelemetry
from adapters.null.sender import NullSender
from adapters.outbox.sender import OutboxSender, render_text
from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import Database as SqliteDatabase
from adapters.sqlite.dead_letters import SqliteDeadLetters
from adapters.sqlite.event_publisher import SqliteEventPublisher
from adapters.sqlite.event_source import SqliteEventSource
from adapters.sqlite.leases import SqliteLeases
from adapters.sqlite.notification_history import SqliteNotificationHistory
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.rate_limiter import SqliteRateLimiter
from adapters.system.clock import SystemClock
from adapters.wire.decoder import WireDecoder
from application.accept_events import AcceptEvents
from application.claim_due import ClaimDue
from application.gate import Gate
from application.hand_over import HandOver
from application.lane import Lane
from application.lanes import Lanes
from application.leasehold import Leasehold
from application.ports.accepted_cache import AcceptedCache
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from application.ports.leases import Leases
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from application.ports.rate_limiter import RateLimiter
from application.ports.sender import Sender
from application.ports.telemetry import Telemetry
from application.publish_events import PublishEvents
from application.recorder import Recorder
from application.replay_dead_letters import ReplayDeadLetters
from application.resolve_uncertain import ResolveUncertain
from domain.channel import Channel
from domain.circuit import CircuitPolicy
from domain.notification import Notification
from domain.rate import RateRule
from domain.recipient import phone_number
from domain.retry import RetryPolicy
from domain.uncertainty import EMAIL_UNCERTAINTY, SMS_UNCERTAINTY, SMS_UNCERTAINTY_WITH_RESENDS
from entrypoints.settings import Provider, Settings, WhenSmsIsUncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidings:
    """What an entry point works with, whatever it is made of."""

    lanes: Lanes
    publish_events: PublishEvents
    resolve_uncertain: ResolveUncertain
    replay_dead_letters: ReplayDeadLetters
    history: NotificationHistory
    dead_letters: DeadLetters
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKit:
    """One channel, registered: how it works, its place in the stream, and its provider."""

    channel: Channel
    source: EventSource
    sender: Sender


def email_channel(settings: Settings) -> Channel:
    return Channel(
        name="email",
        address_field=ADDRESS_FIELDS[0],
        read_recipient=read_email_address,
        rate_rule=_rate_rule(settings, settings.rate_limit_email),
        retry_policy=_retry_policy(settings),
        uncertainty_policy=EMAIL_UNCERTAINTY,
        circuit_policy=CircuitPolicy(),
        in_flight=settings.email_in_flight,
        concurrency=settings.email_concurrency,
    )


def sms_channel(settings: Settings) -> Channel:
    may_resend = settings.uncertain_sms is WhenSmsIsUncertain.RESEND
    return Channel(
        name="sms",
        address_field=ADDRESS_FIELDS[1],
        read_recipient=phone_number,
        rate_rule=_rate_rule(settings, settings.rate_limit_sms),
        retry_policy=_retry_policy(settings),
        uncertainty_policy=SMS_UNCERTAINTY_WITH_RESENDS if may_resend else SMS_UNCERTAINTY,
        circuit_policy=CircuitPolicy(),
        in_flight=settings.sms_concurrency,
        concurrency=settings.sms_concurrency,
    )


def _rate_rule(settings: Settings, limit: int) -> RateRule:
    return RateRule(limit=limit, window=timedelta(seconds=settings.rate_limit_window))


def _retry_policy(settings: Settings) -> RetryPolicy:
    return RetryPolicy(
        max_retries=settings.max_retries,
        first_delay=timedelta(milliseconds=settings.retry_delay_ms),
    )


def assemble_lanes(
    kits: Sequence[ChannelKit],
    *,
    decoder: EventDecoder,
    store: NotificationStore,
    leases: Leases,
    dead_letters: DeadLetters,
    cache: AcceptedCache,
    limiter: RateLimiter,
    clock: Clock,
    telemetry: Telemetry,
) -> Lanes:
    """One lane per channel, each with its own gate, lease and record of what it has in hand."""

    def lane(kit: ChannelKit) -> Lane:
        channel = kit.channel
        gate = Gate(channel, limiter, telemetry)
        recorder = Recorder(store, telemetry)
        leasehold = Leasehold(leases, f"{channel.name}@{socket.gethostname()}:{os.getpid()}")
        return Lane(
            channel=channel,
            source=kit.source,
            store=store,
            clock=clock,
            telemetry=telemetry,
            gate=gate,
            leasehold=leasehold,
            recorder=recorder,
            accept_events=AcceptEvents(
                channel=channel,
                decoder=decoder,
                cache=cache,
                store=store,
                dead_letters=dead_letters,
                gate=gate,
                recorder=recorder,
                telemetry=telemetry,
            ),
            claim_due=ClaimDue(
                channel=channel, store=store, sender=kit.sender, gate=gate, recorder=recorder
            ),
            hand_over=HandOver(
                channel=channel,
                sender=kit.sender,
                clock=clock,
                gate=gate,
                recorder=recorder,
                leasehold=leasehold,
            ),
        )

    return Lanes(each=[lane(kit) for kit in kits], clock=clock, telemetry=telemetry)


CHANNELS = ("email", "sms")
#: The payload's fields that name a recipient, one for each channel.
ADDRESS_FIELDS = ("email", "phoneNumber")


class Core(containers.DeclarativeContainer):
    """Everything that is the same in every assembly, over one slot for each port."""

    settings: providers.Provider[Settings] = providers.Dependency(instance_of=Settings)
    clock: providers.Provider[Clock] = providers.Dependency()
    telemetry: providers.Provider[Telemetry] = providers.Dependency()
    decoder: providers.Provider[EventDecoder] = providers.Dependency()
    store: providers.Provider[NotificationStore] = providers.Dependency()
    leases: providers.Provider[Leases] = providers.Dependency()
    history: providers.Provider[NotificationHistory] = providers.Dependency()
    dead_letters: providers.Provider[DeadLetters] = providers.Dependency()
    cache: providers.Provider[AcceptedCache] = providers.Dependency()
    limiter: providers.Provider[RateLimiter] = providers.Dependency()
    publisher: providers.Provider[EventPublisher] = providers.Dependency()
    email_source: providers.Provider[EventSource] = providers.Dependency()
    sms_source: providers.Provider[EventSource] = providers.Dependency()
    email_sender: providers.Provider[Sender] = providers.Dependency()
    sms_sender: providers.Provider[Sender] = providers.Dependency()

    email_channel = providers.Singleton(email_channel, settings)
    sms_channel = providers.Singleton(sms_channel, settings)
    channels = providers.Dict(email=email_channel, sms=sms_channel)
    kits = providers.List(
        providers.Factory(
            ChannelKit, channel=email_channel, source=email_source, sender=email_sender
        ),
        providers.Factory(ChannelKit, channel=sms_channel, source=sms_source, sender=sms_sender),
    )
    lanes = providers.Factory(
        assemble_lanes,
        kits,
        decoder=decoder,
        store=store,
        leases=leases,
        dead_letters=dead_letters,
        cache=cache,
        limiter=limiter,
        clock=clock,
        telemetry=telemetry,
    )
    tidings = providers.Factory(
        Tidings,
        lanes=lanes,
        publish_events=providers.Factory(
            PublishEvents, decoder=decoder, publisher=publisher, clock=clock
        ),
        resolve_uncertain=providers.Factory(
            ResolveUncertain,
            channels=channels,
            store=store,
            clock=clock,
        ),
        replay_dead_letters=providers.Factory(
            ReplayDeadLetters,
            channels=channels,
            decoder=decoder,
            store=store,
            history=history,
            dead_letters=dead_letters,
            clock=clock,
        ),
        history=history,
        dead_letters=dead_letters,
        clock=clock,
    )


class InMemory(containers.DeclarativeContainer):
    """Twins of everything, under a clock that the test moves."""

    settings = providers.Dependency(instance_of=Settings)
    decoder = providers.Singleton(WireDecoder, ADDRESS_FIELDS)
    clock = providers.Singleton(MemoryClock)
    telemetry = providers.Singleton(MemoryTelemetry)
    database = providers.Singleton(MemoryDatabase)
    stream = providers.Singleton(Stream)
    store = providers.Singleton(MemoryNotificationStore, database)
    leases = providers.Singleton(MemoryLeases, database)
    history = providers.Singleton(MemoryNotificationHistory, database)
    dead_letters = providers.Singleton(MemoryDeadLetters, database)
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
        decoder=decoder,
        store=store,
        leases=leases,
        history=history,
        dead_letters=dead_letters,
        cache=cache,
        limiter=limiter,
        publisher=publisher,
        email_source=email_source,
        sms_source=sms_source,
        email_sender=email_sender,
        sms_sender=sms_sender,
    )
    tidings = core.tidings


class Purpose(Enum):
    """What an entry point has in mind, and so what it may do to the data folder."""

    WORK = "take part in the work, alone"
    PUBLISH = "add to the stream"
    DECIDE = "write what a person decides"
    ASK = "only look; but where it may write, an older file is brought up to date"


async def open_folder(
    settings: Settings, purpose: Purpose, clock: Clock
) -> AsyncIterator[SqliteDatabase]:
    """The one file; a worker has the folder to itself, so that earlier leases are over."""
    folder = DataFolder(settings.tidings_data)
    is_worker = purpose is Purpose.WORK
    only_reads = purpose is Purpose.ASK
    if only_reads:
        folder.find()
    else:
        folder.prepare(may_be_new=purpose in (Purpose.WORK, Purpose.PUBLISH))
    if is_worker:
        folder.work_alone()
    database = SqliteDatabase(folder.path)
    try:
        await database.open(to_read=only_reads)
        if is_worker:
            await SqliteLeases(database).end_all(now=clock.now())
        yield database
    finally:
        await database.close()
        folder.leave()


def outbox_folder(settings: Settings, channel: str) -> Path:
    return DataFolder(settings.tidings_data).outbox / channel


def email_sender(settings: Settings, clock: Clock) -> Sender:
    if settings.email_provider is Provider.NULL:
        return NullSender()
    originator = Originator.parse(settings.smtp_from)

    def render(notification: Notification) -> bytes:
        return build_message(notification, originator)

    return OutboxSender(outbox_folder(settings, "email"), suffix=".eml", render=render, clock=clock)


def sms_sender(settings: Settings, clock: Clock) -> Sender:
    if settings.sms_provider is Provider.NULL:
        return NullSender()
    return OutboxSender(
        outbox_folder(settings, "sms"), suffix=".txt", render=render_text, clock=clock
    )


class Embedded(containers.DeclarativeContainer):
    """One process, one file, no servers."""

    purpose = providers.Dependency(instance_of=Purpose)
    settings = providers.Dependency(instance_of=Settings)
    decoder = providers.Singleton(WireDecoder, ADDRESS_FIELDS)
    telemetry = providers.Singleton(LogTelemetry)
    clock = providers.Singleton(SystemClock, tell=telemetry.provided.clock_jumped)
    database = providers.Resource(open_folder, settings, purpose, clock)
    store = providers.Singleton(SqliteNotificationStore, database, decoder)
    leases = providers.Singleton(SqliteLeases, database)
    history = providers.Singleton(SqliteNotificationHistory, database, decoder, CHANNELS)
    dead_letters = providers.Singleton(SqliteDeadLetters, database)
    cache = providers.Singleton(MemoryAcceptedCache)
    limiter = providers.Singleton(SqliteRateLimiter, database)
    publisher = providers.Singleton(SqliteEventPublisher, database, clock)
    email_source = providers.Factory(SqliteEventSource, database, "email", clock)
    sms_source = providers.Factory(SqliteEventSource, database, "sms", clock)
    email_sender = providers.Singleton(email_sender, settings, clock)
    sms_sender = providers.Singleton(sms_sender, settings, clock)

    core = providers.Container(
        Core,
        settings=settings,
        clock=clock,
        telemetry=telemetry,
        decoder=decoder,
        store=store,
        leases=leases,
        history=history,
        dead_letters=dead_letters,
        cache=cache,
        limiter=limiter,
        publisher=publisher,
        email_source=email_source,
        sms_source=sms_source,
        email_sender=email_sender,
        sms_sender=sms_sender,
    )
    tidings = core.tidings


@asynccontextmanager
async def open_tidings(
    settings: Settings, purpose: Purpose, *, telemetry: LogTelemetry | None = None
) -> AsyncIterator[Tidings]:
    """The assembly that the settings name, opened, and closed again at the end."""
    container = Embedded(settings=settings, purpose=purpose)
    if telemetry is not None:
        container.telemetry.override(telemetry)
    opening = container.init_resources()
    if opening is not None:
        await opening
    try:
        tidings = container.tidings()
        yield (await tidings) if inspect.isawaitable(tidings) else tidings
    finally:
        closing = container.shutdown_resources()
        if closing is not None:
            await closing
