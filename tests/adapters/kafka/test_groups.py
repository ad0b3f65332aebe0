"""Is nothing passed over when workers join, leave and die?"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.records import partition_of
from domain.record import Record
from tests.adapters.kafka.rooms import Room
from tests.runner import Run

_A_WHILE = timedelta(milliseconds=100)


@pytest.fixture
def room(kafka_brokers: str, run: Run) -> Iterator[Room]:
    """With room for three workers."""
    room = Room(kafka_brokers, partitions=3)
    yield room
    run(room.close())


class Group:
    """Workers that poll in turns, and note what they were given."""

    def __init__(self, room: Room, run: Run) -> None:
        self._room, self._run = room, run
        self._publisher: KafkaEventPublisher = run(room.publisher())
        self.sources: list[KafkaEventSource] = []
        self.published: set[bytes | None] = set()
        self.read: set[bytes | None] = set()

    def publish(self, count: int) -> None:
        number = len(self.published)
        values = [b"%d" % n for n in range(number, number + count)]
        self._run(self._publisher.publish(values))
        self.published.update(values)

    def join(self) -> KafkaEventSource:
        source = self._run(self._joined())
        self.sources.append(source)
        return source

    async def _joined(self) -> KafkaEventSource:
        """Those who are in have to go on polling, or nobody is let in."""
        async with asyncio.TaskGroup() as tasks:
            joining = tasks.create_task(self._room.source())
            while not joining.done():
                await self._round(commit=True)
                await asyncio.wait({joining}, timeout=0.02)
        return joining.result()

    def leave(self, source: KafkaEventSource) -> None:
        self.sources.remove(source)
        self._run(source.close())

    def read_until_all_is_read(self) -> None:
        for _ in range(300):
            self._run(self._round(commit=True))
            if self.read == self.published:
                return
        raise AssertionError(f"never read: {sorted(map(str, self.published - self.read))[:9]}")

    def read_without_commit(self) -> None:
        self._run(self._round(commit=False))

    def shares(self) -> list[int]:
        """How many partitions each of them holds."""
        members = [source._member for source in self.sources]
        return sorted(len(member.partitions) for member in members if member is not None)

    async def _round(self, *, commit: bool) -> None:
        for source in self.sources:
            records = await source.poll(limit=5, wait_for=_A_WHILE)
            self._note(records)
            if commit:
                await source.commit([record.position for record in records])

    def _note(self, records: object) -> None:
        assert isinstance(records, list)
        self.read.update(record.value for record in records)


@pytest.fixture
def group(room: Room, run: Run) -> Group:
    return Group(room, run)


class TestAWorkerThatJoins:
    def test_takes_its_share_and_nothing_is_passed_over(self, group: Group) -> None:
        group.publish(30)
        group.join()
        group.read_without_commit()
        group.publish(30)
        group.join()
        group.publish(30)
        group.read_until_all_is_read()
        assert group.shares() == [1, 2]

    def test_finds_the_others_place_and_moves_it_never_back(self, group: Group, run: Run) -> None:
        group.publish(30)
        first = group.join()
        stale: list[Record] = list(run(first.poll(limit=3, wait_for=timedelta(seconds=5))))
        group.read.update(record.value for record in stale)
        group.join()
        group.read_until_all_is_read()
        run(first.commit([record.position for record in stale]))
        lag = sum(run(source.lag()) for source in group.sources)
        assert lag == 0


class TestAWorkerThatLeaves:
    def test_leaves_its_share_to_the_others(self, group: Group) -> None:
        group.publish(30)
        leaving, _ = group.join(), group.join()
        group.read_without_commit()
        group.leave(leaving)
        group.publish(30)
        group.read_until_all_is_read()
        assert group.shares() == [3]


@contextmanager
def another_worker(room: Room) -> Iterator[subprocess.Popen[str]]:
    """A process, killed at the latest when the test is over."""
    command = [sys.executable, "-m", "tests.adapters.kafka.worker"]
    with subprocess.Popen(
        [*command, room.options.brokers, room.topic, room.group], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class TestAWorkerThatIsKilled:
    def test_leaves_its_share_to_the_others_and_what_it_had_not_committed(
        self, group: Group, room: Room
    ) -> None:
        group.publish(60)
        with another_worker(room) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("read ")
            group.publish(30)
            group.join()
            process.kill()
            said += process.stdout.read()
        done = {line.removeprefix("read ").encode() for line in said.splitlines()}
        group.publish(30)
        # What it had read and not committed comes again; what it had committed need not.
        group.read |= group.published & done
        group.read_until_all_is_read()
        assert group.shares() == [3]


class TestWhatAWorkerHadInHandWhenPartitionsMoved:
    def test_is_not_committed_for_their_next_owner(self, group: Group, run: Run) -> None:
        group.publish(30)
        first = group.join()
        stale = list(run(first.poll(limit=30, wait_for=timedelta(seconds=5))))
        group.join()
        run(first.commit([record.position for record in stale]))
        moved = {partition_of(record.position) for record in stale}
        assert moved
        group.read_until_all_is_read()
