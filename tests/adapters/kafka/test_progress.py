"""Is it known from outside how far a group has come, without disturbing it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.kafka.progress import KafkaOnlooker, Progress, progress_of
from adapters.kafka.start import Latest
from application.errors import StreamUnavailable
from tests.adapters.kafka.rooms import Room
from tests.runner import Run

AT_ONCE = timedelta()


@pytest.fixture
def room(kafka_brokers: str, run: Run) -> Iterator[Room]:
    room = Room(kafka_brokers, partitions=2)
    run(room.make())
    yield room
    run(room.close())


async def publish(room: Room, count: int) -> None:
    await (await room.publisher()).publish([b"event"] * count)


class TestProgress:
    def test_of_a_group_that_has_read_nothing_is_all_that_there_is(
        self, room: Room, run: Run
    ) -> None:
        async def scenario() -> None:
            before = datetime.now(UTC) - timedelta(seconds=1)
            await publish(room, 3)
            found = await progress_of(room.reader(), room.options)
            assert (found.unread, found.workers) == (3, 0)
            assert found.unread_since is not None
            assert before <= found.unread_since <= datetime.now(UTC) + timedelta(seconds=1)

        run(scenario())

    def test_of_a_group_that_begins_with_what_is_to_come_is_nothing(
        self, room: Room, run: Run
    ) -> None:
        async def scenario() -> None:
            await publish(room, 3)
            found = await progress_of(room.reader(start=Latest()), room.options)
            assert found == Progress(unread=0, oldest=None, workers=0)

        run(scenario())

    def test_counts_from_what_is_committed_and_leaves_the_worker_its_place(
        self, room: Room, run: Run
    ) -> None:
        async def scenario() -> None:
            await publish(room, 3)
            worker = await room.source()
            records = await worker.poll(limit=10, wait_for=AT_ONCE)
            await worker.commit([record.position for record in records])
            await publish(room, 2)
            found = await progress_of(room.reader(), room.options)
            assert (found.unread, found.workers) == (2, 1)
            assert len(await worker.poll(limit=10, wait_for=AT_ONCE)) == 2
            assert await progress_of(room.reader(), room.options) == found

        run(scenario())

    def test_is_what_an_onlooker_sees_who_takes_nothing(self, room: Room, run: Run) -> None:
        async def scenario() -> None:
            await publish(room, 3)
            onlooker = KafkaOnlooker(room.options, room.reader())
            seen = await onlooker.poll(limit=1, wait_for=AT_ONCE)
            assert await onlooker.poll(limit=1, wait_for=AT_ONCE) == seen
            await onlooker.commit([record.position for record in seen])
            assert await onlooker.lag() == 3
            assert (await progress_of(room.reader(), room.options)).workers == 0

        run(scenario())

    def test_cannot_be_told_where_there_is_no_kafka(self, room: Room, run: Run) -> None:
        options = type(room.options)(brokers="localhost:1")
        with pytest.raises(StreamUnavailable, match="does not answer"):
            run(progress_of(room.reader(), options))
