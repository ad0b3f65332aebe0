"""Which adapters make up an assembly?

`Core` has a slot for every port; each assembly makes adapters and fills the slots with them.
An assembly is chosen once, by name, and gives out exactly one object: its `tidings`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from adapters.logs.telemetry import LogTelemetry
from adapters.memory.accepted_cache import MemoryAcceptedCache
from adapters.outbox.copies import OutboxCopies
from adapters.prometheus.telemetry import PrometheusTelemetry
from adapters.several.telemetry import SeveralTelemetry
from adapters.sqlite.api_keys import SqliteApiKeys
from adapters.sqlite.audit_log import SqliteAuditLog
from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import Database as SqliteDatabase
from adapters.sqlite.dead_letters import SqliteDeadLetters
from adapters.sqlite.event_publisher import SqliteEventPublisher
from adapters.sqlite.event_source import SqliteEventSource
from adapters.sqlite.lane_control import SqliteLaneControl
from adapters.sqlite.leases import SqliteLeases
from adapters.sqlite.neighbour import SqliteNeighbour
from adapters.sqlite.notification_history import SqliteNotificationHistory
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.personal_data import SqlitePersonalData
from adapters.sqlite.rate_limiter import SqliteRateLimiter
from adapters.sqlite.receipts import SqliteReceipts
from adapters.system.clock import SystemClock
from adapters.system.disk import Disk
from adapters.wire.decoder import WireDecoder
from application.accept_events import AcceptEvents
from application.claim_due import ClaimDue
from application.create_key import CreateKey
from application.dead_letter_post import DeadLetterPost
from application.errors import StreamUnavailable
from application.figures import Figures
from application.forget_person import ForgetPerson
from application.gate import Gate
from application.hand_over import HandOver
from application.kept_receipts import KeptReceipts
from application.lane import Lane
from application.lanes import Lanes
from application.leasehold import Leasehold
from application.list_lanes import ListLanes
from application.pause_lane import PauseLane
from application.ports.accepted_cache import AcceptedCache
from application.ports.api_keys import ApiKeys
from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.ports.copies import Copies
from application.ports.dead_letter_outbox import DeadLetterOutbox
from application.ports.dead_letter_topic import DeadLetterTopic
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from application.ports.lane_control import LaneControl
from application.ports.leases import Leases
from application.ports.neighbour import Neighbour
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from application.ports.personal_data import PersonalData
from application.ports.rate_limiter import RateLimiter
from application.ports.receipts import Receipts
from application.ports.sender import Sender
from application.ports.telemetry import Telemetry
from application.publish_dead_letters import PublishDeadLetters
from application.publish_events import PublishEvents
from application.receive_receipts import ReceiveReceipts
from application.recorder import Recorder
from application.replay_dead_letters import ReplayDeadLetters
from application.resolve_uncertain import ResolveUncertain
from application.resume_lane import ResumeLane
from application.revoke_key import RevokeKey
from application.seldom import Seldom
from application.submit_events import SubmitEvents
from application.switch import Switch
from application.watch import Pool, Pools, Watch
from domain.channel import Channel
from domain.errors import TidingsError
from entrypoints.channels import ADDRESS_FIELDS, CHANNELS, email_channel, sms_channel
from entrypoints.injection import containers, providers
from entrypoints.installed import installed
from entrypoints.sending import email_sender, missing, outbox_folders, sms_sender
from entrypoints.settings import Environment, Settings
from entrypoints.tracing import Tracing, followed, open_tracing, tracing_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidings:
    """What an entry point works with, whatever it is made of."""

    lanes: Lanes
    publish_events: PublishEvents
    submit_events: SubmitEvents
    resolve_uncertain: ResolveUncertain
    replay_dead_letters: ReplayDeadLetters
    pause_lane: PauseLane
    resume_lane: ResumeLane
    list_lanes: ListLanes
    lane_control: LaneControl
    receive_receipts: ReceiveReceipts
    forget_person: ForgetPerson
    history: NotificationHistory
    dead_letters: DeadLetters
    audit_log: AuditLog
    api_keys: ApiKeys
    create_key: CreateKey
    revoke_key: RevokeKey
    clock: Clock
    watch: Watch
    unread: Seldom[int | None]  #: events still to be read; None: the stream is away
    figures: Figures
    metrics: PrometheusTelemetry


@runtime_checkable
class Connection(Protocol):
    """What is opened before anybody works with it."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKit:
    """One channel, registered: how it works, its place in the stream, and its provider."""

    channel: Channel
    source: EventSource
    sender: Sender


def assemble_lanes(
    kits: Mapping[str, Callable[[], ChannelKit]],
    running: Sequence[str],
    *,
    decoder: EventDecoder,
    store: NotificationStore,
    leases: Leases,
    lane_control: LaneControl,
    dead_letters: DeadLetters,
    cache: AcceptedCache,
    limiter: RateLimiter,
    clock: Clock,
    telemetry: Telemetry,
    post: DeadLetterPost | None,
    receive_receipts: ReceiveReceipts,
) -> Lanes:
    """One lane for each channel that runs here, each with its own gate, lease and record of what
    it has in hand. Of the others nothing is made."""

    def lane(kit: ChannelKit) -> Lane:
        channel = kit.channel
        switch = Switch(channel.name, lane_control, telemetry)
        gate = Gate(channel, switch, limiter, telemetry)
        recorder = Recorder(store, telemetry)
        has_receipts = bool(channel.uncertainty_policy.receipt_for)
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
            kept_receipts=KeptReceipts(receive_receipts if has_receipts else None, clock),
        )

    each = [lane(kits[name]()) for name in running]
    return Lanes(each=each, clock=clock, telemetry=telemetry, post=post)


def dead_letter_post(
    outbox: DeadLetterOutbox | None,
    topic: DeadLetterTopic | None,
    clock: Clock,
    telemetry: Telemetry,
) -> DeadLetterPost | None:
    if outbox is None or topic is None:
        return None
    publish = PublishDeadLetters(outbox=outbox, topic=topic)
    return DeadLetterPost(publish=publish, clock=clock, telemetry=telemetry)


def assemble_tidings(
    *, lanes: Lanes, neighbours: Sequence[Neighbour], pools: Pools, **parts: Any
) -> Tidings:
    watch = Watch(
        lanes=lanes.each,
        neighbours=neighbours,
        history=parts["history"],
        dead_letters=parts["dead_letters"],
        pools=pools,
        clock=parts["clock"],
    )

    async def unread() -> int | None:
        with suppress(StreamUnavailable):
            return await lanes.lag()
        return None

    return Tidings(
        lanes=lanes,
        watch=watch,
        unread=Seldom(unread, clock=parts["clock"]),
        figures=Figures(parts["history"], parts["clock"]),
        **parts,
    )


def watchers(
    log: LogTelemetry, metrics: PrometheusTelemetry, tracing: Tracing
) -> Sequence[Telemetry]:
    return (log, metrics, *tracing.telemetry)


def no_pools() -> Mapping[str, Pool]:
    return {}


class Core(containers.DeclarativeContainer):
    """Everything that is the same in every assembly, over one slot for each port."""

    settings: providers.Provider[Settings] = providers.Dependency(instance_of=Settings)
    clock: providers.Provider[Clock] = providers.Dependency()
    telemetry: providers.Provider[Telemetry] = providers.Dependency()
    metrics: providers.Provider[PrometheusTelemetry] = providers.Dependency()
    tracing: providers.Provider[Tracing] = providers.Dependency()
    neighbours: providers.Provider[Sequence[Neighbour]] = providers.Dependency()
    pools: providers.Provider[Pools] = providers.Dependency()
    decoder: providers.Provider[EventDecoder] = providers.Dependency()
    store: providers.Provider[NotificationStore] = providers.Dependency()
    leases: providers.Provider[Leases] = providers.Dependency()
    lane_control: providers.Provider[LaneControl] = providers.Dependency()
    history: providers.Provider[NotificationHistory] = providers.Dependency()
    dead_letters: providers.Provider[DeadLetters] = providers.Dependency()
    audit_log: providers.Provider[AuditLog] = providers.Dependency()
    receipts: providers.Provider[Receipts] = providers.Dependency()
    api_keys: providers.Provider[ApiKeys] = providers.Dependency()
    personal_data: providers.Provider[PersonalData] = providers.Dependency()
    copies: providers.Provider[Copies | None] = providers.Dependency()
    dead_letter_outbox: providers.Provider[DeadLetterOutbox] = providers.Dependency()
    dead_letter_topic: providers.Provider[DeadLetterTopic] = providers.Dependency()
    cache: providers.Provider[AcceptedCache] = providers.Dependency()
    limiter: providers.Provider[RateLimiter] = providers.Dependency()
    publisher: providers.Provider[EventPublisher] = providers.Dependency()
    email_source: providers.Provider[EventSource] = providers.Dependency()
    sms_source: providers.Provider[EventSource] = providers.Dependency()
    email_sender: providers.Provider[Sender] = providers.Dependency()
    sms_sender: providers.Provider[Sender] = providers.Dependency()
    running: providers.Provider[Sequence[str]] = providers.Dependency()

    followed_publisher = providers.Singleton(followed, publisher, tracing)
    email_channel = providers.Singleton(email_channel, settings)
    sms_channel = providers.Singleton(sms_channel, settings)
    channels = providers.Dict(email=email_channel, sms=sms_channel)
    kits = providers.Dict(
        email=providers.Factory(
            ChannelKit, channel=email_channel, source=email_source, sender=email_sender
        ).provider,
        sms=providers.Factory(
            ChannelKit, channel=sms_channel, source=sms_source, sender=sms_sender
        ).provider,
    )
    post = providers.Factory(
        dead_letter_post, dead_letter_outbox, dead_letter_topic, clock, telemetry
    )
    receive_receipts = providers.Singleton(
        ReceiveReceipts,
        receipts=receipts,
        store=store,
        history=history,
        clock=clock,
        telemetry=telemetry,
    )
    lanes = providers.Factory(
        assemble_lanes,
        kits,
        running,
        decoder=decoder,
        store=store,
        leases=leases,
        lane_control=lane_control,
        dead_letters=dead_letters,
        cache=cache,
        limiter=limiter,
        clock=clock,
        telemetry=telemetry,
        post=post,
        receive_receipts=receive_receipts,
    )
    tidings = providers.Factory(
        assemble_tidings,
        lanes=lanes,
        publish_events=providers.Factory(
            PublishEvents, decoder=decoder, publisher=followed_publisher, clock=clock
        ),
        submit_events=providers.Factory(
            SubmitEvents,
            channels=CHANNELS,
            decoder=decoder,
            publisher=followed_publisher,
            history=history,
            clock=clock,
        ),
        resolve_uncertain=providers.Factory(
            ResolveUncertain,
            channels=channels,
            store=store,
            audit_log=audit_log,
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
        pause_lane=providers.Factory(
            PauseLane, lane_control=lane_control, audit_log=audit_log, clock=clock
        ),
        resume_lane=providers.Factory(
            ResumeLane, lane_control=lane_control, audit_log=audit_log, clock=clock
        ),
        list_lanes=providers.Factory(
            ListLanes,
            channels=CHANNELS,
            lane_control=lane_control,
            history=history,
            clock=clock,
        ),
        lane_control=lane_control,
        receive_receipts=receive_receipts,
        forget_person=providers.Factory(
            ForgetPerson,
            channels=CHANNELS,
            history=history,
            store=store,
            personal_data=personal_data,
            copies=copies,
            audit_log=audit_log,
            clock=clock,
        ),
        history=history,
        dead_letters=dead_letters,
        audit_log=audit_log,
        api_keys=api_keys,
        create_key=providers.Factory(CreateKey, keys=api_keys, audit_log=audit_log, clock=clock),
        revoke_key=providers.Factory(RevokeKey, keys=api_keys, audit_log=audit_log, clock=clock),
        clock=clock,
        neighbours=neighbours,
        pools=pools,
        metrics=metrics,
    )


class Purpose(Enum):
    """What an entry point has in mind, and so what it may do to the data folder."""

    WORK = "take part in the work, alone"
    PUBLISH = "add to the stream"
    DECIDE = "write what a person decides"
    CONFIGURE = "write what others need before they begin"
    SERVE = "answer who asks, and write what is asked for"
    ASK = "only look; but where it may write, an older file is brought up to date"

    @property
    def may_be_followed(self) -> bool:
        """Events pass through its hands."""
        return self in (Purpose.WORK, Purpose.PUBLISH, Purpose.SERVE)


#: Who comes first may find nothing.
_MAY_BEGIN = (Purpose.WORK, Purpose.PUBLISH, Purpose.CONFIGURE)


async def open_folder(
    folder: DataFolder, database: SqliteDatabase, purpose: Purpose, clock: Clock
) -> AsyncIterator[None]:
    """The one file; a worker has the folder to itself, so that earlier leases are over."""
    is_worker = purpose is Purpose.WORK
    only_reads = purpose is Purpose.ASK
    if only_reads:
        folder.find()
    else:
        folder.prepare(may_be_new=purpose in _MAY_BEGIN)
    if is_worker:
        folder.work_alone()
    try:
        await database.open(to_read=only_reads)
        if is_worker:
            await SqliteLeases(database).end_all(now=clock.now())
        yield
    finally:
        await database.close()
        folder.leave()


async def open_senders(
    senders: Mapping[str, Callable[[], Sender]], running: Sequence[str], purpose: Purpose
) -> AsyncIterator[None]:
    """Those of the lanes that run, where there is anything to open."""
    async with AsyncExitStack() as opened:
        for channel in running if purpose is Purpose.WORK else ():
            await open_sender(senders[channel](), opened)
        yield


async def open_sender(sender: Sender, opened: AsyncExitStack) -> None:
    if isinstance(sender, Connection):
        await sender.open()
        opened.push_async_callback(sender.close)


class Embedded(containers.DeclarativeContainer):
    """One process, one file, no servers."""

    purpose = providers.Dependency(instance_of=Purpose)
    settings = providers.Dependency(instance_of=Settings)
    running: providers.Dependency[Sequence[str]] = providers.Dependency(default=CHANNELS)
    decoder = providers.Singleton(WireDecoder, ADDRESS_FIELDS)
    log = providers.Singleton(LogTelemetry)
    clock = providers.Singleton(SystemClock, tell=log.provided.clock_jumped)
    metrics = providers.Singleton(PrometheusTelemetry)
    tracing = providers.Singleton(
        tracing_for, settings, purpose.provided.may_be_followed, clock, log
    )
    traced = providers.Resource(open_tracing, tracing)
    telemetry = providers.Singleton(
        SeveralTelemetry, providers.Callable(watchers, log, metrics, tracing)
    )
    folder = providers.Singleton(DataFolder, settings.provided.tidings_data)
    database = providers.Singleton(SqliteDatabase, folder.provided.path)
    opened = providers.Resource(open_folder, folder, database, purpose, clock)
    store = providers.Singleton(SqliteNotificationStore, database, decoder)
    leases = providers.Singleton(SqliteLeases, database)
    lane_control = providers.Singleton(SqliteLaneControl, database)
    receipts = providers.Singleton(SqliteReceipts, database)
    history = providers.Singleton(SqliteNotificationHistory, database, decoder, CHANNELS)
    dead_letters = providers.Singleton(SqliteDeadLetters, database)
    audit_log = providers.Singleton(SqliteAuditLog, database)
    api_keys = providers.Singleton(SqliteApiKeys, database)
    personal_data = providers.Singleton(SqlitePersonalData, database)
    copies = providers.Singleton(OutboxCopies, providers.Callable(outbox_folders, settings))
    dead_letter_outbox: providers.Object[None] = providers.Object(None)
    dead_letter_topic: providers.Object[None] = providers.Object(None)
    neighbours = providers.List(
        providers.Singleton(SqliteNeighbour, database),
        providers.Singleton(Disk, folder.provided.path),
    )
    pools = providers.Object(no_pools)
    cache = providers.Singleton(MemoryAcceptedCache)
    limiter = providers.Singleton(SqliteRateLimiter, database)
    publisher = providers.Singleton(SqliteEventPublisher, database, clock)
    email_source = providers.Factory(SqliteEventSource, database, "email", clock)
    sms_source = providers.Factory(SqliteEventSource, database, "sms", clock)
    email_sender = providers.Singleton(email_sender, settings, clock)
    sms_sender = providers.Singleton(sms_sender, settings, clock)
    senders = providers.Dict(email=email_sender.provider, sms=sms_sender.provider)
    connected = providers.Resource(open_senders, senders, running, purpose)

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


@asynccontextmanager
async def open_tidings(
    settings: Settings,
    purpose: Purpose,
    *,
    channels: Sequence[str] = CHANNELS,
    waits: Callable[[TidingsError], None] | None = None,
    log: LogTelemetry | None = None,
    adds_up: bool = True,
) -> AsyncIterator[Tidings]:
    """The assembly that the settings name, opened, and closed again at the end.

    Lanes that lack their credentials are left out. With `waits` a server that is away is waited
    for, and each vain look told to it; without it, that raises. Unless it `adds_up`, there are
    no metrics.
    """
    running = [channel for channel in channels if not missing(settings, channel)]
    container = _assembly(settings, purpose, running, waits)
    if log is not None:
        container.log.override(log)
    if not adds_up:
        container.telemetry.override(container.log)
    opening = container.init_resources()
    if opening is not None:
        await opening
    try:
        yield container.tidings()
    finally:
        closing = container.shutdown_resources()
        if closing is not None:
            await closing


def _assembly(
    settings: Settings,
    purpose: Purpose,
    running: Sequence[str],
    waits: Callable[[TidingsError], None] | None,
) -> containers.DeclarativeContainer:
    if settings.tidings_env is not Environment.PRODUCTION:
        return Embedded(settings=settings, purpose=purpose, running=running)
    with installed():  # its libraries take a second, and need not be there
        from entrypoints.production import Production
    return Production(settings=settings, purpose=purpose, running=running, waits=waits)
