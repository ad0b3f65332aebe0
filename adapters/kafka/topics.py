"""Are the topics there, and who makes them?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import errors as kafka
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.conn import collect_hosts, create_conn

from adapters.kafka.errors import translated
from adapters.kafka.options import KafkaOptions
from application.errors import StreamUnavailable

_LOOK_EVERY = 0.05  #: seconds
_COPIES = 3  #: of each partition, where there are so many brokers


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    partitions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a topic that is wanted; `partitions` are those that it has."""

    topic: Topic
    is_new: bool
    partitions: int

    @property
    def words(self) -> str:
        if self.is_new:
            return f"{self.topic.name}: made, partitions: {self.partitions}"
        if self.partitions == self.topic.partitions:
            return f"{self.topic.name}: was there, partitions: {self.partitions}"
        return (
            f"{self.topic.name}: was there, partitions: {self.partitions}, where"
            f" {self.topic.partitions} are wanted; it stays as it is"
        )


@asynccontextmanager
async def administration(options: KafkaOptions) -> AsyncIterator[AIOKafkaAdminClient]:
    """Raises StreamUnavailable, for whatever happens within too."""
    with translated():
        admin = AIOKafkaAdminClient(**options.client())
        try:
            async with asyncio.timeout(options.answer_within.total_seconds()):
                await _connect(admin, options)
                yield admin
        finally:
            await admin.close()


async def connected(options: KafkaOptions) -> AIOKafkaAdminClient:
    """For who keeps it, and closes it."""
    admin = AIOKafkaAdminClient(**options.client())
    try:
        await _connect(admin, options)
    except BaseException:
        await admin.close()
        raise
    return admin


async def _connect(admin: AIOKafkaAdminClient, options: KafkaOptions) -> None:
    """The library says only that it could not; the brokers are asked once more for the reason."""
    try:
        await admin.start()
    except kafka.KafkaConnectionError:
        given = options.client()
        for host, port, _ in collect_hosts(given.pop("bootstrap_servers")):
            given.pop("retry_backoff_ms", None)
            (await create_conn(host, port, **given)).close()
        raise


async def make_topics(options: KafkaOptions, topics: Sequence[Topic]) -> Sequence[Made]:
    """Those that are there stay as they are; two that make them at once do no harm.

    Raises StreamUnavailable.
    """
    async with administration(options) as admin:
        copies = min(_COPIES, len((await admin.describe_cluster())["brokers"]))
        wanted = [NewTopic(each.name, each.partitions, copies) for each in topics]
        response = await admin.create_topics(wanted)
        is_new = {name: _is_new(name, code, words) for name, code, words in response.topic_errors}
        there = await _partitions(admin, list(is_new))
        while not all(there.values()):  # the news of a new one still travels
            await asyncio.sleep(_LOOK_EVERY)
            there = await _partitions(admin, list(is_new))
    return [
        Made(topic=each, is_new=is_new[each.name], partitions=there[each.name]) for each in topics
    ]


async def require_topic(options: KafkaOptions, name: str) -> None:
    """Raises StreamUnavailable, at once where Kafka knows of no such topic."""
    async with administration(options) as admin:
        await require_topics(admin, [name])


async def require_topics(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    there = await _partitions(admin, names)
    if lacking := [name for name in names if not there.get(name)]:
        raise StreamUnavailable(
            f"Kafka has no topic {' and no topic '.join(lacking)}",
            fix="make it with `tidings topics`, or set KAFKA_TOPIC or KAFKA_DLQ_TOPIC",
        )


async def _partitions(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    described: list[dict[str, Any]] = await admin.describe_topics(names)
    for each in described:
        if each["error_code"] == kafka.TopicAuthorizationFailedError.errno:
            raise kafka.TopicAuthorizationFailedError(each["topic"])
    return {each["topic"]: len(each["partitions"]) for each in described}


def _is_new(name: str, code: int, words: str | None) -> bool:
    if code == kafka.TopicAlreadyExistsError.errno:
        return False
    if code:
        raise kafka.for_code(code)(f"{name}: {words or 'it cannot be made'}")
    return True
