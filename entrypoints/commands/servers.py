"""How are the topics and tables of production made, and what is old in them forgotten?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import typer

from adapters.wire.decoder import WireDecoder
from entrypoints.channels import ADDRESS_FIELDS, email_channel, sms_channel
from entrypoints.installed import installed
from entrypoints.load_production_settings import load_production_settings
from entrypoints.production_settings import ProductionSettings
from entrypoints.running import run
from entrypoints.servers import kafka_options, postgres_options
from entrypoints.terminal.words import plain


def topics(partitions: int) -> None:
    """Those that are there stay as they are."""
    run(_topics(load_production_settings(), partitions))


async def _topics(settings: ProductionSettings, partitions: int) -> None:
    with installed():
        from adapters.kafka.topics import Topic, make_topics
    wanted = [
        Topic(name=settings.kafka_topic, partitions=partitions),
        Topic(name=settings.kafka_dlq_topic, partitions=1),
    ]
    for made in await make_topics(kafka_options(settings), wanted):
        typer.echo(plain(made.words))


def migrate(service: str | None, pruning: str | None, *, resume_pending: bool) -> None:
    if pruning is not None and service is None:
        raise typer.BadParameter("a pruning role goes with a service's", param_hint="--pruning")
    run(_migrate(load_production_settings(), service, pruning, resume_pending=resume_pending))


async def _migrate(
    settings: ProductionSettings, service: str | None, pruning: str | None, *, resume_pending: bool
) -> None:
    with installed():
        from adapters.postgres.migrate import migrate
        from adapters.postgres.roles import Roles
        from adapters.postgres.take_over import take_over
    url = postgres_options(settings).url
    roles = None if service is None else Roles(service=service, pruning=pruning)
    before, after = await migrate(url, roles=roles)
    if before == after:
        typer.echo(f"The schema is of version {after} already.")
    else:
        typer.echo(f"The schema is of version {after} now; it was {before or 'not there'}.")
    taken = await take_over(
        url,
        WireDecoder(ADDRESS_FIELDS),
        [email_channel(settings), sms_channel(settings)],
        now=datetime.now(UTC),
        resume_pending=resume_pending,
    )
    if taken is None:
        return
    typer.echo(
        f'Taken over from "Notification": {taken.sent} sent, {taken.failed} failed, '
        f"{taken.resumed} pending ones to be sent, {taken.unreadable} by their keys alone."
    )
    _list_pending(taken.pending)


def _list_pending(pending: Sequence[tuple[str, str]]) -> None:
    if pending:
        typer.echo(f"{len(pending)} pending, sent only with --resume-pending:")
    for event_id, channel in pending:
        typer.echo(f"  {channel}  {plain(event_id)}")


def prune(older_than: timedelta) -> None:
    run(_prune(load_production_settings(), older_than))


async def _prune(settings: ProductionSettings, older_than: timedelta) -> None:
    with installed():
        from adapters.postgres.clock import database_time
        from adapters.postgres.database import Database
        from adapters.postgres.prune import prune
    database = Database(postgres_options(settings))
    await database.open()
    try:
        now = await database_time(database)
        count = await prune(database, now=now, older_than=older_than)
    finally:
        await database.close()
    typer.echo(f"{count} notifications were forgotten; their keys are kept.")
