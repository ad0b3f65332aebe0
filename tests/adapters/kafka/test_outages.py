"""Is nothing lost, and does nothing hang, when Kafka is silent, gone, or the library stuck?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.membership import Membership
from application.errors import StreamUnavailable
from domain.record import Record
from tests.adapters.kafka.rooms import IMPATIENT, Room
from tests.runner import Run
from tests.servers.kafka import KafkaServer

_A_WHILE = timedelta(milliseconds=200)
TEN: set[bytes | None] = {b"%d" % number for number in range(10)}


@pytest.fixture
def room(kafka_server: KafkaServer, run: Run) -> Iterator[Room]:
    """With ten records."""
    patience = replace(
        IMPATIENT, rebalance=timedelta(seconds=0.5), stalled_after=timedelta(milliseconds=400)
    )
    room = Room(kafka_server.brokers, patience=patience)
    room.options = replace(room.options, answer_within=timedelta(seconds=2))
    run(run(room.publisher()).publish(sorted(value for value in TEN if value)))
    yield room
    run(room.close())


def poll(source: KafkaEventSource, run: Run, *, limit: int = 100) -> list[Record]:
    return list(run(source.poll(limit=limit, wait_for=_A_WHILE)))


def poll_until_it_fails(source: KafkaEventSource, run: Run) -> str:
    for _ in range(200):
        try:
            poll(source, run)
        except StreamUnavailable as error:
            return str(error)
    raise AssertionError("it goes on as if nothing were wrong")


def read(source: KafkaEventSource, run: Run, wanted: set[bytes | None]) -> None:
    """However often it has to begin again."""
    seen: set[bytes | None] = set()
    for _ in range(200):
        try:
            records = poll(source, run)
            run(source.commit([record.position for record in records]))
        except StreamUnavailable:
            continue
        seen |= {record.value for record in records}
        if seen >= wanted:
            return
    raise AssertionError(f"never read: {wanted - seen}")


async def tasks() -> set[str]:
    """Whoever is still at work."""
    await asyncio.sleep(0)
    return {str(task) for task in asyncio.all_tasks() - {asyncio.current_task()}}


def member(of: KafkaEventSource) -> Membership:
    assert of._member is not None
    return of._member


class TestKafkaThatIsKilled:
    def test_loses_nothing_and_is_found_again(
        self, room: Room, kafka_server: KafkaServer, run: Run
    ) -> None:
        source, publisher = run(room.source()), run(room.publisher())
        done = run(source.poll(limit=4, wait_for=timedelta()))
        run(source.commit([record.position for record in done]))
        run(source.poll(limit=3, wait_for=timedelta()))
        kafka_server.kill()
        assert "Kafka does not answer" in poll_until_it_fails(source, run)
        with pytest.raises(StreamUnavailable):
            run(publisher.publish([b"lost"]))
        kafka_server.start_again()
        run(publisher.publish([b"new"]))
        read(source, run, TEN - {record.value for record in done} | {b"new"})
        assert run(source.lag()) == 0


class TestKafkaThatIsSilent:
    def test_is_noticed_while_nothing_comes_and_keeps_nobody_from_leaving(
        self, room: Room, kafka_server: KafkaServer, run: Run
    ) -> None:
        source, publisher = run(room.source()), run(room.publisher())
        read(source, run, TEN)
        kafka_server.pause()
        try:
            assert "Kafka does not answer" in poll_until_it_fails(source, run)
            with pytest.raises(StreamUnavailable):
                run(publisher.publish([b"lost"]))
            run(source.close())
            run(room.close())
            assert run(tasks()) == set()
        finally:
            kafka_server.resume()


class TestALibraryThatIsStuck:
    def test_is_started_anew_when_nothing_comes_though_there_is_more(
        self, room: Room, run: Run
    ) -> None:
        source = run(room.source())
        poll(source, run, limit=3)
        stuck = member(source)

        async def forget_to_go_on() -> None:
            stuck.begin_again()
            stuck._unknown = set()
            stuck._committed = dict.fromkeys(stuck.partitions, 0)

        run(forget_to_go_on())
        assert "nothing comes, though there is more" in poll_until_it_fails(source, run)
        read(source, run, TEN)
        assert member(source) is not stuck

    def test_is_started_anew_when_a_rebalance_never_ends(self, room: Room, run: Run) -> None:
        source = run(room.source())
        stuck = member(source)

        async def be_revoked() -> None:
            stuck.begin_again()
            stuck.on_partitions_revoked(())

        run(be_revoked())
        assert "lets nobody in" in poll_until_it_fails(source, run)
        read(source, run, TEN)
        assert member(source) is not stuck

    def test_is_started_anew_after_a_fetch_that_raised(self, room: Room, run: Run) -> None:
        """It would never again notice that nobody polls."""
        source = run(room.source())
        stuck = member(source)
        stuck._consumer._coordinator._pending_exception = OSError("whatever it is")
        stuck._consumer._coordinator._error_consumed_fut = None
        assert "whatever it is" in poll_until_it_fails(source, run)
        read(source, run, TEN)
        assert member(source) is not stuck


async def deaf(ear: asyncio.Event, times: int) -> None:
    """Whoever cancels it is not heard, so many times."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await ear.wait()
    await ear.wait()


class TestALibraryThatIsLetGo:
    """What it does by chance is planted here: tasks that end badly when they are cancelled."""

    def test_does_not_cancel_whoever_lets_it_go(self, room: Room, run: Run) -> None:
        """It awaits what it has cancelled, and so ends as if it were cancelled itself."""
        source = run(room.source())
        fetcher = member(source)._consumer._fetcher

        async def close() -> None:
            waiting = asyncio.create_task(asyncio.Event().wait())
            await asyncio.sleep(0)
            fetcher._pending_tasks.add(waiting)
            await source.close()

        run(close())
        run(room.close())
        assert run(tasks()) == set()

    def test_keeps_nobody_from_leaving_though_it_hears_no_cancellation(
        self, room: Room, run: Run
    ) -> None:
        source = run(room.source())
        coordinator = member(source)._consumer._coordinator

        async def close() -> None:
            await coordinator._stop_heartbeat_task()
            coordinator._heartbeat_task = asyncio.create_task(deaf(asyncio.Event(), 2))
            await asyncio.sleep(0)
            await source.close()

        run(close())
        run(room.close())
        assert run(tasks()) == set()


class TestWhatTheLibraryIsTold:
    def test_a_partition_is_paused_until_its_place_is_known(self, room: Room, run: Run) -> None:
        source = run(room.source())
        consumer = member(source)._consumer
        assert consumer.paused() == consumer.assignment() != set()
        read(source, run, TEN)
        assert consumer.paused() == set()

    def test_a_poll_that_takes_nothing_is_a_sign_of_life(self, room: Room, run: Run) -> None:
        """Time without one is what a consumer is thrown out for."""
        source = run(room.source())
        poll(source, run, limit=1)
        subscription = member(source)._consumer._subscription
        before = subscription._last_fetch_ended
        assert run(source.poll(limit=0, wait_for=timedelta())) == []
        assert subscription._last_fetch_ended > before

    def test_a_fetch_is_never_cancelled(self, room: Room, run: Run) -> None:
        """One that was counts as one that goes on for ever."""
        source = run(room.source())
        read(source, run, TEN)

        async def cancelled() -> None:
            polling = asyncio.ensure_future(source.poll(limit=9, wait_for=timedelta(seconds=1)))
            await asyncio.wait({polling}, timeout=0.05)
            polling.cancel()
            await asyncio.wait({polling})

        run(cancelled())
        poll(source, run)
        run(source.poll(limit=9, wait_for=timedelta(seconds=2)))
        assert member(source)._consumer._subscription._fetch_count == 0
