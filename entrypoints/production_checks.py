"""Is everything there that the production assembly needs?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters.kafka.topics import require_topic
from adapters.logs.telemetry import LogTelemetry
from adapters.postgres.clock import database_time
from adapters.postgres.database import Database
from adapters.redis.server import RedisServer
from adapters.smtp.sender import SmtpSender
from adapters.system.clock import SystemClock
from application.errors import StoreUnavailable, StreamUnavailable
from entrypoints.checks import Check, decisions_of, outgoing
from entrypoints.container import Purpose, open_tidings
from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import missing, smtp_options
from entrypoints.servers import kafka_options, postgres_options, redis_options
from entrypoints.settings import EmailProvider

_FAR_APART = 1.0  # seconds


async def check_servers(settings: ProductionSettings) -> list[Check]:
    """All of them at once; nothing is made or changed, and nobody is told anything."""
    found = await asyncio.gather(
        _checked("PostgreSQL", lambda: _postgres(settings)),
        _checked("Redis", lambda: _redis(settings)),
        _checked("events", lambda: _topic(settings, settings.kafka_topic)),
        _checked("dead letters", lambda: _topic(settings, settings.kafka_dlq_topic)),
    )
    checks = [*found, *outgoing(settings)]
    if found[0].is_well:
        async with open_tidings(settings, Purpose.ASK) as tidings:
            checks.append(await decisions_of(tidings))
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


async def _redis(settings: ProductionSettings) -> str:
    server = RedisServer(redis_options(settings), SystemClock(), LogTelemetry())
    await server.open()
    try:
        await server.check()
    finally:
        await server.close()
    return f"{settings.redis_host}:{settings.redis_port}"


async def _topic(settings: ProductionSettings, name: str) -> str:
    await require_topic(kafka_options(settings), name)
    return f"topic {name} of Kafka"


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
