"""Does a batch that cannot be read stop nothing, and lose nothing but itself?"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.event_source import KafkaEventSource
from application.errors import StreamUnavailable
from domain.record import Record
from tests.adapters.kafka.rooms import Room
from tests.contracts.stream import values
from tests.runner import Run
from tests.servers.kafka import KafkaServer

#: Each is a batch of its own.
BATCHES = ([b"a", b"b"], [b"c", b"d", b"e"], [b"f", b"g"])
_CHECKSUM = 17  #: where it stands in a batch
_LAST_BYTE = -1


class Log:
    """The file that a partition lies in. The broker trusts what it wrote, and sends it on."""

    def __init__(self, server: KafkaServer, topic: str) -> None:
        self._file = server.logs / f"{topic}-0" / ("0" * 20 + ".log")

    def damage(self, number: int, *, at: int) -> bytes:
        """One byte of that batch. Returns its bytes as they are then."""
        whole, places = bytearray(self._file.read_bytes()), self._places()
        start, end = places[number]
        whole[start + at if at >= 0 else end + at] ^= 0xFF
        with self._file.open("r+b") as file:
            file.write(whole)
        return bytes(whole[start:end])

    def _places(self) -> list[tuple[int, int]]:
        whole, start, places = self._file.read_bytes(), 0, []
        while start < len(whole):
            end = start + 12 + int(struct.unpack_from(">i", whole, start + 8)[0])
            places.append((start, end))
            start = end
        return places


@pytest.fixture
def room(kafka_server: KafkaServer, run: Run) -> Iterator[Room]:
    room = Room(kafka_server.brokers)
    publisher: KafkaEventPublisher = run(room.publisher())
    for batch in BATCHES:
        # One by one would be as many batches.
        run(publisher.publish(batch))
    yield room
    run(room.close())


def read_on(source: KafkaEventSource, run: Run) -> tuple[list[Record], int]:
    """To the end, and how often it had to begin again at the last commit."""
    records: list[Record] = []
    failures = 0
    for _ in range(20):
        try:
            batch = run(source.poll(limit=100, wait_for=timedelta()))
        except StreamUnavailable:
            failures += 1
            continue
        if not batch:
            return records, failures
        records += batch
        run(source.commit([record.position for record in batch]))
    raise AssertionError("it never comes to the stream's end")


@pytest.mark.parametrize("at", [_CHECKSUM, _LAST_BYTE], ids=["checksum", "content"])
class TestADamagedBatch:
    def test_is_one_record_that_nobody_can_read_and_the_others_come(
        self, room: Room, kafka_server: KafkaServer, run: Run, at: int
    ) -> None:
        damaged = Log(kafka_server, room.topic).damage(1, at=at)
        source = run(room.source())
        records, failures = read_on(source, run)
        assert failures == 1
        [one] = [record for record in records if record.damage]
        first, last = one.position.offset - (damaged[57 + 3] - 1), one.position.offset
        assert one.value == damaged
        assert f"offsets {first} to {last} cannot be read" in str(one.damage)
        others = [record for record in records if not record.damage]
        assert {each.position.offset for each in others}.isdisjoint(range(first, last + 1))
        assert [each.position.offset for each in records] == sorted(
            each.position.offset for each in records
        )
        assert len(others) == 7 - (last - first + 1)
        assert run(source.lag()) == 0

    def test_is_the_same_record_for_whoever_meets_it_next(
        self, room: Room, kafka_server: KafkaServer, run: Run, at: int
    ) -> None:
        Log(kafka_server, room.topic).damage(1, at=at)
        one, another = (read_on(run(room.source(group)), run)[0] for group in ("x", "y"))
        assert [each for each in one if each.damage] == [each for each in another if each.damage]


class TestABatchThatIsDamagedNoMore:
    def test_is_read_as_it_was_written(
        self, room: Room, kafka_server: KafkaServer, run: Run
    ) -> None:
        log = Log(kafka_server, room.topic)
        log.damage(1, at=_CHECKSUM)
        source = run(room.source())
        with pytest.raises(StreamUnavailable):
            run(source.poll(limit=100, wait_for=timedelta()))
        log.damage(1, at=_CHECKSUM)
        records, _ = read_on(source, run)
        assert values(records) == [b"a", b"b", b"c", b"d", b"e", b"f", b"g"]


class TestDamageInOnePartition:
    def test_costs_the_others_nothing(self, kafka_server: KafkaServer, run: Run) -> None:
        """The library drops what it had drained of the others when one of them raises."""
        room = Room(kafka_server.brokers, partitions=3)
        publisher = run(room.publisher())
        published = [b"%d" % number for number in range(90)]
        for start in range(0, 90, 30):
            run(publisher.publish(published[start : start + 30]))
        Log(kafka_server, room.topic).damage(-1, at=_LAST_BYTE)
        records, _ = read_on(run(room.source()), run)
        [damaged] = [record for record in records if record.damage]
        assert damaged.value is not None
        lost = int(struct.unpack_from(">i", damaged.value, 57)[0])
        read = {record.value for record in records if not record.damage}
        assert read < set(published)
        assert len(read) == 90 - lost
        run(room.close())
