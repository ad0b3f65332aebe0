"""How far has a group come, as somebody sees who is not in it?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka import errors as kafka
from aiokafka.admin import AIOKafkaAdminClient

from adapters.kafka.membership import Reader
from adapters.kafka.options import KafkaOptions
from adapters.kafka.records import in_order
from adapters.kafka.starting_points import starting_points
from adapters.kafka.topics import administration
from application.ports.event_source import EventSource
from domain.record import Position, Record

_MEMBERS = 5  #: their place in a group's description
_LOOK_FOR_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`oldest` of those to read, unless it is damaged; `workers` are the group's members."""

    unread: int
    oldest: Record | None
    workers: int

    @property
    def unread_since(self) -> datetime | None:
        return None if self.oldest is None else self.oldest.appended_at


class KafkaOnlooker(EventSource):
    """For whoever asks and does not work: it joins no group, so its workers are not disturbed."""

    def __init__(self, options: KafkaOptions, reader: Reader) -> None:
        self._options = options
        self._reader = reader

    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:  # noqa: ARG002
        """The oldest one to read, each time anew."""
        oldest = (await progress_of(self._reader, self._options)).oldest
        return [] if oldest is None else [oldest][:limit]

    async def commit(self, positions: Sequence[Position]) -> None:
        """Nothing was taken."""

    async def lag(self) -> int:
        return (await progress_of(self._reader, self._options)).unread


async def progress_of(reader: Reader, options: KafkaOptions) -> Progress:
    """Nobody joins the group for it. Raises StreamUnavailable."""
    async with administration(options) as admin, _onlooker(options) as consumer:
        ends = await _ends(reader.topic, admin, consumer)
        committed = await admin.list_consumer_group_offsets(reader.group)
        places = {tp: at.offset for tp, at in committed.items() if tp in ends and at.offset >= 0}
        new = ends.keys() - places.keys()
        places |= await starting_points(reader.start, consumer, new, options)
        behind = {tp: places[tp] for tp, end in ends.items() if places[tp] < end}
        return Progress(
            unread=sum(ends[tp] - place for tp, place in behind.items()),
            oldest=await _oldest(behind, consumer),
            workers=await _workers(reader.group, admin),
        )


@asynccontextmanager
async def _onlooker(options: KafkaOptions) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of no group."""
    consumer = AIOKafkaConsumer(**options.client(), enable_auto_commit=False)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _ends(
    topic: str, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer
) -> Mapping[TopicPartition, int]:
    [described] = await admin.describe_topics([topic])
    partitions = [TopicPartition(topic, each["partition"]) for each in described["partitions"]]
    consumer.assign(partitions)
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
    return ends


async def _oldest(
    behind: Mapping[TopicPartition, int], consumer: AIOKafkaConsumer
) -> Record | None:
    """Of the next record in each partition."""
    found: list[Record] = []
    for tp, place in behind.items():
        consumer.seek(tp, place)
        with suppress(kafka.KafkaError):  # a damaged one says nothing; its lane steps over it
            fetched = await consumer.getmany(tp, timeout_ms=_LOOK_FOR_MS, max_records=1)
            found += in_order(fetched.values())
    return min(found, key=lambda record: record.appended_at, default=None)


async def _workers(group: str, admin: AIOKafkaAdminClient) -> int:
    answers = await admin.describe_consumer_groups([group])
    return sum(len(each[_MEMBERS]) for answer in answers for each in answer.groups)
