"""On which servers is the production assembly measured, each time as if they were new?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import Topic, make_topics
from adapters.postgres.migrate import migrate
from bench.figures import CannotBeMeasured
from tests.servers.kafka import KafkaServer
from tests.servers.kafka_program import CannotStart
from tests.servers.postgres import PostgresServer, ServerMissing
from tests.servers.together import ask
from tests.servers.valkey import ValkeyMissing, ValkeyServer

_TOPIC, _DEAD_LETTERS = "notifications", "notifications-dlq"
_PARTITIONS = 3
_EMPTY = "tidings_empty"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Kafka, Valkey and PostgreSQL (with fsync) of our own."""

    kafka: KafkaServer
    postgres: PostgresServer
    valkey: ValkeyServer

    def publish(self, events: Sequence[bytes]) -> None:
        """They stay in the topic, for every run."""
        asyncio.run(_publish(KafkaOptions(brokers=self.kafka.brokers), events))

    def renewed(self) -> dict[str, str]:
        """A group, a database and keys of their own, as an environment."""
        name = f"run_{uuid4().hex[:8]}"
        asyncio.run(ask(self.postgres.url, f"CREATE DATABASE {name} TEMPLATE {_EMPTY}"))
        return {
            **os.environ,
            "KAFKA_BROKERS": self.kafka.brokers,
            "KAFKA_GROUP_ID": name,
            "KAFKA_TOPIC": _TOPIC,
            "KAFKA_DLQ_TOPIC": _DEAD_LETTERS,
            "DATABASE_URL": self.postgres.url_of(name),
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.valkey.port),
            "REDIS_PREFIX": name,
        }

    def clear(self, environment: dict[str, str]) -> None:
        name = urlsplit(environment["DATABASE_URL"]).path.strip("/")
        asyncio.run(ask(self.postgres.url, f"DROP DATABASE {name} WITH (FORCE)"))
        self.valkey.command("FLUSHALL")


@contextmanager
def started() -> Iterator[Servers]:
    """Raises CannotBeMeasured where this machine lacks what they need."""
    with ExitStack() as running:
        try:
            postgres = PostgresServer.start()
            running.callback(postgres.stop)
            valkey = ValkeyServer.start()
            running.callback(valkey.stop)
            kafka = KafkaServer.start()
            running.callback(kafka.stop)
        except (CannotStart, ServerMissing, ValkeyMissing) as reason:
            raise CannotBeMeasured(str(reason)) from reason
        asyncio.run(ask(postgres.url, f"CREATE DATABASE {_EMPTY}"))
        asyncio.run(migrate(postgres.url_of(_EMPTY)))
        yield Servers(kafka=kafka, postgres=postgres, valkey=valkey)


@contextmanager
def mail_sink(*, wanted: int) -> Iterator[dict[str, str]]:
    """Where it is, as settings; at the end it has taken as many mails as are wanted, or more."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.mail_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as sink:
        assert sink.stdout is not None
        port = sink.stdout.readline().strip()
        yield {"EMAIL_PROVIDER": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": port}
        taken, _ = sink.communicate()
        assert int(taken) >= wanted, f"{wanted} mails were sent, and only {taken.strip()} came"


async def _publish(options: KafkaOptions, events: Sequence[bytes]) -> None:
    await make_topics(
        options,
        [Topic(name=_TOPIC, partitions=_PARTITIONS), Topic(name=_DEAD_LETTERS, partitions=1)],
    )
    publisher = KafkaEventPublisher(options, _TOPIC)
    await publisher.open()
    for begin in range(0, len(events), _AT_ONCE):
        await publisher.publish(events[begin : begin + _AT_ONCE])
    await publisher.close()
