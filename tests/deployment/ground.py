"""On which servers do programs run in these tests, each in a place of its own?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from tests.adapters.postgres.conftest import ask
from tests.servers.postgres import PostgresServer
from tests.servers.smtp import SmtpServer

T = TypeVar("T")


class Beside:
    """A loop on a thread of its own, for a server that answers while a test waits."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True, slots=True)
class Ground:
    """`settings` are those of servers, topics and groups that nobody else has."""

    settings: Mapping[str, str]
    relay: SmtpServer
    beside: Beside

    @property
    def database(self) -> str:
        return self.settings["DATABASE_URL"]

    @property
    def brokers(self) -> str:
        return self.settings["KAFKA_BROKERS"]

    @property
    def topic(self) -> str:
        return self.settings["KAFKA_TOPIC"]

    def told_by_email(self) -> list[str]:
        return [mail.rcpt for mail in self.relay.received]

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        return asyncio.run(ask(self.database, *statements))


@contextmanager
def new_ground(kafka_brokers: str, postgres: PostgresServer, valkey_url: str) -> Iterator[Ground]:
    name = f"t{uuid4().hex[:12]}"
    asyncio.run(ask(postgres.url, f"CREATE DATABASE {name}", "SELECT"))
    beside, relay = Beside(), SmtpServer()
    beside.run(relay.start())
    valkey = urlsplit(valkey_url)
    settings = {
        "DATABASE_URL": postgres.url_of(name),
        "KAFKA_BROKERS": kafka_brokers,
        "KAFKA_TOPIC": name,
        "KAFKA_DLQ_TOPIC": f"{name}-dlq",
        "KAFKA_GROUP_ID": name,
        "REDIS_HOST": valkey.hostname or "",
        "REDIS_PORT": str(valkey.port),
        "REDIS_PREFIX": name,
        "SMTP_HOST": relay.host,
        "SMTP_PORT": str(relay.port),
    }
    try:
        yield Ground(settings, relay, beside)
    finally:
        beside.run(relay.stop())
        beside.close()
        asyncio.run(ask(postgres.url, f"DROP DATABASE {name} WITH (FORCE)", "SELECT"))
