"""Which servers does the production assembly work on in tests, each time as if they were new?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import Topic, make_topics
from adapters.postgres.migrate import migrate
from adapters.redis.options import RedisOptions
from tests.servers.postgres import PostgresServer

DATABASE = "tidings_together"
_TABLES = (
    "api_keys", "audit_log", "dead_letters", "leases", "notifications", "past_keys", "pauses",
    "receipts", "sightings", "states", "trail",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Kafka, Redis and PostgreSQL, shared by the tests of a session."""

    brokers: str
    database: str
    redis: str

    @classmethod
    def prepare(cls, brokers: str, postgres: PostgresServer, redis: str) -> Servers:
        database = postgres.url_of(DATABASE)
        asyncio.run(_create(postgres.url, database))
        return cls(brokers=brokers, database=database, redis=redis)

    async def renew(self) -> dict[str, str]:
        """Topics, groups and keys of their own, and an empty database, as settings by name."""
        name = uuid4().hex[:8]
        topic, dead_letters = f"notifications-{name}", f"notifications-dlq-{name}"
        topics = [Topic(name=topic, partitions=1), Topic(name=dead_letters, partitions=1)]
        await asyncio.gather(
            make_topics(KafkaOptions(brokers=self.brokers), topics),
            ask(
                self.database,
                *(f"DELETE FROM {table}" for table in _TABLES),
                "DROP FUNCTION IF EXISTS refuse CASCADE",
            ),
        )
        redis = RedisOptions.of_url(self.redis)
        return {
            "kafka_brokers": self.brokers,
            "kafka_group_id": f"tidings-{name}",
            "kafka_topic": topic,
            "kafka_dlq_topic": dead_letters,
            "database_url": self.database,
            "redis_host": redis.host,
            "redis_port": str(redis.port),
            "redis_db": str(redis.db),
            "redis_prefix": f"tidings-{name}",
        }


async def ask(url: str, *statements: str) -> None:
    """PostgreSQL itself, as a superuser, on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _create(server: str, database: str) -> None:
    name = DATABASE
    await ask(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    await migrate(database)
