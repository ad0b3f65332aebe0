"""What is a record of Kafka's in our words?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from aiokafka import ConsumerRecord, TopicPartition

from domain.record import Position, Record

_LATEST_MS = 253_402_300_799_999  #: the end of the year 9999


def record_of(record: ConsumerRecord) -> Record:
    return Record(
        value=record.value,
        position=Position(topic=record.topic, partition=record.partition, offset=record.offset),
        appended_at=_instant(record.timestamp),
        headers={name: value or b"" for name, value in record.headers} if record.headers else {},
    )


def partition_of(position: Position) -> TopicPartition:
    return TopicPartition(position.topic, position.partition)


def in_order(batches: Iterable[list[ConsumerRecord]]) -> list[Record]:
    """Each partition's in its order."""
    return [record_of(record) for batch in batches for record in batch]


def _instant(timestamp: int) -> datetime:
    """A producer may write any number there."""
    return datetime.fromtimestamp(min(max(timestamp, 0), _LATEST_MS) / 1000, UTC)
