"""How are the topics and tables of production made, and what is old in them forgotten?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from adapters.wire.decoder import WireDecoder
from entrypoints.answers import MadeTopic, Migrated, Pending, Pruned, TakenOver, Topics
from entrypoints.channels import ADDRESS_FIELDS, email_channel, sms_channel
from entrypoints.installed import installed
from entrypoints.load_production_settings import load_production_settings
from entrypoints.machine import tell
from entrypoints.production_settings import ProductionSettings
from entrypoints.running import run
from entrypoints.servers import kafka_options, postgres_options
from entrypoints.terminal.words import plain

if TYPE_CHECKING:
    from adapters.kafka.topics import Made


def topics(partitions: int, *, as_json: bool) -> None:
    """Those that are there stay as they are."""
    run(_topics(load_production_settings(), partitions, as_json=as_json))


async def _topics(settings: ProductionSettings, partitions: int, *, as_json: bool) -> None:
    with installed():
        from adapters.kafka.topics import Topic, make_topics
    wanted = [
        Topic(name=settings.kafka_topic, partitions=partitions),
        Topic(name=settings.kafka_dlq_topic, partitions=1),
    ]
    made = await make_topics(kafka_options(settings), wanted)
    if as_json:
        tell(Topics(topics=[_answer(each) for each in made]))
        return
    for each in made:
        typer.echo(plain(each.words))


def _answer(made: Made) -> MadeTopic:
    return MadeTopic(name=made.topic.name, partitions=made.partitions, is_new=made.is_new)


def migrate(
    service: str | None,
    pruning: str | None,
    forgetting: str | None,
    *,
    resume_pending: bool,
    as_json: bool,
) -> None:
    for role, option in ((pruning, "--pruning"), (forgetting, "--forgetting")):
        if role is not None and service is None:
            raise typer.BadParameter("it goes with a --service", param_hint=option)
    settings = load_production_settings()
    migrated = run(_migrate(settings, service, pruning, forgetting, resume_pending=resume_pending))
    if as_json:
        tell(migrated)
    else:
        _say(migrated)


async def _migrate(
    settings: ProductionSettings,
    service: str | None,
    pruning: str | None,
    forgetting: str | None,
    *,
    resume_pending: bool,
) -> Migrated:
    with installed():
        from adapters.postgres.migrate import migrate
        from adapters.postgres.roles import Roles
        from adapters.postgres.take_over import take_over
    url = postgres_options(settings).url
    roles = None
    if service is not None:
        roles = Roles(service=service, pruning=pruning, forgetting=forgetting)
    before, after = await migrate(url, roles=roles)
    taken = await take_over(
        url,
        WireDecoder(ADDRESS_FIELDS),
        [email_channel(settings), sms_channel(settings)],
        now=datetime.now(UTC),
        resume_pending=resume_pending,
    )
    return Migrated(
        version_before=before or None,
        version=after,
        taken_over=None
        if taken is None
        else TakenOver(
            sent=taken.sent,
            failed=taken.failed,
            resumed=taken.resumed,
            unreadable=taken.unreadable,
            pending=[Pending(event_id=id_, channel=channel) for id_, channel in taken.pending],
        ),
    )


def _say(migrated: Migrated) -> None:
    before, after = migrated.version_before, migrated.version
    if before == after:
        typer.echo(f"The schema is of version {after} already.")
    else:
        typer.echo(f"The schema is of version {after} now; it was {before or 'not there'}.")
    if (taken := migrated.taken_over) is None:
        return
    typer.echo(
        f'Taken over from "Notification": {taken.sent} sent, {taken.failed} failed, '
        f"{taken.resumed} pending ones to be sent, {taken.unreadable} by their keys alone."
    )
    if taken.pending:
        typer.echo(f"{len(taken.pending)} pending, sent only with --resume-pending:")
    for each in taken.pending:
        typer.echo(f"  {each.channel}  {plain(each.event_id)}")


def prune(older_than: timedelta, *, as_json: bool) -> None:
    count = run(_prune(load_production_settings(), older_than))
    if as_json:
        tell(Pruned(forgotten=count))
    else:
        typer.echo(f"{count} notifications were forgotten; their keys are kept.")


async def _prune(settings: ProductionSettings, older_than: timedelta) -> int:
    with installed():
        from adapters.postgres.clock import database_time
        from adapters.postgres.database import Database
        from adapters.postgres.prune import prune
    database = Database(postgres_options(settings))
    await database.open()
    try:
        now = await database_time(database)
        return await prune(database, now=now, older_than=older_than)
    finally:
        await database.close()
