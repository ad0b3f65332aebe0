"""Is everything there that the production assembly needs?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from adapters.kafka.options import KafkaOptions
from adapters.kafka.progress import progress_of
from adapters.kafka.topics import administration, require_topic
from adapters.logs.telemetry import LogTelemetry
from adapters.postgres.clock import database_time
from adapters.postgres.database import Database
from adapters.redis.server import RedisServer
from adapters.smtp.sender import SmtpSender
from adapters.system.clock import SystemClock
from application.errors import StoreUnavailable, StreamUnavailable
from application.lane import Lane
from application.ports.clock import Clock
from domain.pause import Pause
from entrypoints.checks import Check, decisions_of, held_by_provider, lane, outgoing, paused
from entrypoints.container import Purpose, open_tidings
from entrypoints.production import reader
from entrypoints.production_settings import ProductionSettings
from entrypoints.providers import smtp_options
from entrypoints.sending import missing
from entrypoints.servers import kafka_options, postgres_options, redis_options
from entrypoints.settings import EmailProvider

_FAR_APART = 1.0  # seconds


async def check_servers(settings: ProductionSettings) -> list[Check]:
    """Nothing is made or changed, no group is joined, and nobody is told anything."""
    # Redis by itself: it has 0.2 s, and meanwhile the others may read their certificates.
    redis = await _redis(settings)
    postgres, kafka = await asyncio.gather(
        _checked("PostgreSQL", lambda: _postgres(settings)), _kafka(settings)
    )
    checks = [postgres, redis, *kafka]
    if postgres.is_well:
        checks += await _work(settings, is_streaming=all(each.is_well for each in kafka))
    checks += outgoing(settings)
    if settings.email_provider is EmailProvider.SMTP and not missing(settings, "email"):
        checks.append(await _relay(settings))
    return checks


async def _checked(name: str, check: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name=name, is_well=True, words=await check())
    except (StoreUnavailable, StreamUnavailable) as error:
        return Check(name=name, is_well=False, words=error.problem, fix=error.fix)


async def _postgres(settings: ProductionSettings) -> str:
    async with _database(settings) as database:
        apart = (await database_time(database) - datetime.now(UTC)).total_seconds()
    words = "there, with the schema that is needed"
    if abs(apart) > _FAR_APART:
        words += f"; its clock, which counts, is {apart:+.1f} s from this machine's"
    return words


@asynccontextmanager
async def _database(settings: ProductionSettings) -> AsyncIterator[Database]:
    database = Database(postgres_options(settings))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def _redis(settings: ProductionSettings) -> Check:
    server = RedisServer(redis_options(settings), SystemClock(), LogTelemetry())
    await server.open()
    try:
        await server.check()
        policy = await server.forgets_by()
    except StoreUnavailable as error:
        return Check(name="Redis", is_well=False, words=error.problem, fix=error.fix)
    finally:
        await server.close()
    words, fix = server.options.where, None
    if policy is not None:
        words += f", which forgets when it is full ({policy})"
        fix = "set its maxmemory-policy to noeviction, or the rate rules may be broken"
    return Check(name="Redis", is_well=True, words=words, fix=fix)


async def _kafka(settings: ProductionSettings) -> list[Check]:
    options = kafka_options(settings)
    reached = await _checked("Kafka", lambda: _brokers(settings, options))
    if not reached.is_well:
        return [reached]
    topics = {"events": settings.kafka_topic, "dead letters": settings.kafka_dlq_topic}

    async def there(name: str) -> str:
        await require_topic(options, name)
        return f"topic {name}"

    return [
        reached,
        *[await _checked(what, partial(there, name)) for what, name in topics.items()],
    ]


async def _brokers(settings: ProductionSettings, options: KafkaOptions) -> str:
    async with administration(options):
        return settings.kafka_brokers


async def _work(settings: ProductionSettings, *, is_streaming: bool) -> list[Check]:
    """What is to be read, what is due, and what only a person can decide."""
    async with open_tidings(settings, Purpose.ASK) as tidings:
        lanes = tidings.lanes.each if is_streaming else ()
        pauses = await tidings.lane_control.pauses()
        backlogs = await tidings.history.backlog(now=tidings.clock.now())
        found = [
            await _lane(
                settings,
                each,
                tidings.clock,
                pauses.get(each.channel.name),
                held=held_by_provider(backlogs.get(each.channel.name)),
            )
            for each in lanes
        ]
        return [*found, await decisions_of(tidings)]


async def _lane(
    settings: ProductionSettings, each: Lane, clock: Clock, pause: Pause | None, *, held: int
) -> Check:
    channel = each.channel.name
    try:
        progress = await progress_of(reader(settings, channel), kafka_options(settings))
    except StreamUnavailable as error:
        name = f"{channel} lane"
        return Check(name=name, is_well=False, words=error.problem, fix=error.fix)
    instants = (progress.unread_since, None if pause else await each.next_due_at())
    first = min((at for at in instants if at is not None), default=None)
    due_in = None if first is None else first - clock.now()
    command = f"tidings worker --channel {channel}"
    found = lane(
        channel,
        progress.unread,
        due_in,
        is_worked_in=progress.workers > 0,
        held=held,
        command=command,
    )
    workers = f"{progress.workers} worker{'s' * (progress.workers != 1)}"
    found = replace(found, words=f"{found.words}; {workers}")
    return found if pause is None else paused(found, pause, clock.now())


async def _relay(settings: ProductionSettings) -> Check:
    sender = SmtpSender(smtp_options(settings))
    try:
        down = await sender.knock()
    finally:
        await sender.close()
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if down is None:
        return Check(name="relay", is_well=True, words=f"{where} takes mails")
    words = f"{where}: {down.reason}"
    return Check(
        name="relay",
        is_well=False,
        words=words,
        fix="see SMTP_HOST, SMTP_PORT, SMTP_TLS and SMTP_USER",
    )
