"""What can still be had of a batch that the library cannot read, and where does it end?

The one place that uses the library's inner parts; they are those of the pinned version.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka import errors as kafka
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from adapters.kafka.records import record_of
from domain.record import Position, Record

_FETCH = 1024 * 1024  #: bytes; a larger batch comes alone
# Base offset, length of what follows; then past epoch, format, checksum and attributes,
# the distance of the last offset, the first and the largest timestamp.
_HEADER = struct.Struct(">qi4xb4x2xiqq")
_BEFORE_LENGTH = 12  #: bytes that `length` does not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What lies before the damage, the damage itself as one record, and where it is over."""

    records: list[Record]
    go_on_at: int


async def read_past_damage(
    consumer: AIOKafkaConsumer, partition: TopicPartition, position: int
) -> Reading | None:
    """None if what lies there can be read after all."""
    data, aborted = await _fetch(consumer, partition, position)
    reading = PartitionRecords(
        partition, MemoryRecords(data), aborted, position, None, None, True, READ_COMMITTED
    )
    records: list[Record] = []
    try:
        records.extend(map(record_of, reading))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the batch's
        return _step_over(partition, data, records, reading.next_fetch_offset, error)
    return None


async def _fetch(
    consumer: AIOKafkaConsumer, partition: TopicPartition, position: int
) -> tuple[bytes, list[tuple[int, int]] | None]:
    client = consumer._client  # noqa: SLF001 - there is no other way to the bytes
    leader = client.cluster.leader_for_partition(partition)
    if leader in (None, -1):
        raise kafka.LeaderNotAvailableError(partition)
    wanted = [(partition.topic, [(partition.partition, position, _FETCH)])]
    request = FetchRequest(100, 1, _FETCH, READ_COMMITTED, wanted, rack_id="")
    response = await client.send(leader, request)
    [(_, [(_, code, _, *rest)])] = response.topics
    if code:
        raise kafka.for_code(code)(partition)
    aborted = rest[2] if response.API_VERSION >= 11 else rest[-2]
    return bytes(rest[-1] or b""), aborted


def _step_over(
    partition: TopicPartition, data: bytes, before: list[Record], failed_at: int, error: Exception
) -> Reading | None:
    start = 0
    while start + _HEADER.size <= len(data):
        base, length, _, distance, _, latest = _HEADER.unpack_from(data, start)
        end = start + _BEFORE_LENGTH + length
        last = base + distance
        if length <= 0 or distance < 0:
            return None
        if last >= failed_at:
            first = max(base, failed_at)
            words = f"offsets {first} to {last} cannot be read: {error}"
            damaged = Record(
                value=data[start:end],
                position=Position(
                    topic=partition.topic, partition=partition.partition, offset=last
                ),
                appended_at=_plausible(latest),
                damage=words,
            )
            return Reading(records=[*before, damaged], go_on_at=last + 1)
        start = end
    return None


def _plausible(timestamp: int) -> datetime:
    """The header may be what is damaged."""
    try:
        return datetime.fromtimestamp(max(timestamp, 0) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)
