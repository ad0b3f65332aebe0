"""What does every EventSource keep to?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from application.errors import StreamUnavailable
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from tests.contracts.stream import Reader, Stream, StreamContract, values
from tests.runner import Run, together

TEN = [f"event-{number}".encode() for number in range(10)]


class EventSourceContract(StreamContract):
    @pytest.fixture
    def reader(self, stream: Stream, publisher: EventPublisher, run: Run) -> Reader:
        """At the beginning of a stream of ten."""
        run(publisher.publish(TEN))
        return Reader(stream, run)

    # Records come in order, each once

    def test_a_new_lane_reads_from_the_start_of_the_stream(self, reader: Reader) -> None:
        assert values(reader.read_on()) == TEN

    def test_records_come_in_order_each_once(self, reader: Reader) -> None:
        records = reader.read_on(limit=3)
        assert values(records) == TEN
        offsets = [record.position.offset for record in records]
        assert offsets == sorted(set(offsets))
        assert len({(r.position.topic, r.position.partition) for r in records}) == 1

    def test_a_record_has_the_bytes_and_an_instant_in_utc(self, reader: Reader) -> None:
        for record in reader.read_on():
            assert type(record.value) is bytes
            assert record.appended_at.utcoffset() == timedelta()

    def test_a_record_has_the_same_place_whoever_reads_it(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        assert reader.read_on(limit=4) == Reader(stream, run, "tidings-sms").read_on()

    def test_what_is_published_at_the_end_comes_with_a_later_poll(
        self, reader: Reader, publisher: EventPublisher, run: Run
    ) -> None:
        reader.read_on()
        assert reader.poll() == []
        run(publisher.publish([b"one more"]))
        assert values(reader.read_on()) == [b"one more"]

    def test_nothing_comes_out_of_an_empty_stream(self, stream: Stream, run: Run) -> None:
        empty = Reader(stream, run)
        assert empty.read_on() == []
        assert empty.lag() == 0

    # At most `limit` records

    def test_a_poll_has_at_most_limit_records(self, reader: Reader) -> None:
        polled = [len(reader.poll(limit=limit)) for limit in (1, 3, 5)]
        assert [count <= limit for count, limit in zip(polled, (1, 3, 5), strict=True)] == [
            True
        ] * 3
        assert sum(polled) + len(reader.read_on()) == 10

    def test_with_limit_0_none_come_and_none_are_lost(self, reader: Reader) -> None:
        seen = values(reader.poll(limit=4))
        assert reader.poll(limit=0) == []
        assert reader.lag() == 10
        assert seen + values(reader.read_on()) == TEN

    def test_a_poll_waits_so_long_for_the_first(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        async def scenario(source: EventSource) -> list[bytes | None]:
            poll = asyncio.ensure_future(source.poll(limit=9, wait_for=timedelta(seconds=2)))
            done, _ = await asyncio.wait({poll}, timeout=0)
            assert not done
            await stream.pass_(timedelta(seconds=1))
            await publisher.publish([b"late"])
            await stream.pass_(timedelta(seconds=1))
            return values(list(await asyncio.wait_for(poll, timeout=10)))

        reader = Reader(stream, run)
        polled = run(scenario(reader.source))
        assert polled + values(reader.read_on()) == [b"late"]

    # Until the place is lost; then again from the last commit

    def test_what_was_polled_is_not_polled_again_committed_or_not(self, reader: Reader) -> None:
        records = reader.read_on()
        assert reader.poll() == []
        reader.commit(*records[:5])
        assert reader.poll() == []

    def test_what_was_not_committed_comes_again_when_the_worker_dies(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        reader.read_on()
        assert values(Reader(stream, run).read_on()) == TEN

    def test_what_was_committed_does_not(self, reader: Reader, stream: Stream, run: Run) -> None:
        records = reader.read_on()
        reader.commit(*records[:4])
        again = Reader(stream, run)
        rest = again.read_on()
        assert values(rest) == TEN[4:]
        again.commit(*rest)
        assert Reader(stream, run).read_on() == []

    def test_commit_means_everything_up_to_these(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        records = reader.read_on()
        reader.commit(records[6])
        assert values(Reader(stream, run).read_on()) == TEN[7:]

    def test_commit_takes_positions_in_any_order(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        records = reader.read_on()
        reader.commit(records[2], records[6], records[0])
        assert values(Reader(stream, run).read_on()) == TEN[7:]

    def test_commit_never_moves_back(self, reader: Reader, stream: Stream, run: Run) -> None:
        records = reader.read_on()
        reader.commit(*records[:7])
        reader.commit(*records[:2])
        assert reader.lag() == 3
        assert values(Reader(stream, run).read_on()) == TEN[7:]

    def test_commit_of_nothing_moves_nothing(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        records = reader.read_on()
        reader.commit()
        assert reader.lag() == 10
        reader.commit(*records[:3])
        reader.commit()
        assert values(Reader(stream, run).read_on()) == TEN[3:]

    def test_commits_may_run_beside_a_poll(self, reader: Reader, stream: Stream, run: Run) -> None:
        first = reader.poll(limit=2)
        polled = []
        while first:
            polled += first
            assert len(polled) <= len(TEN)
            poll = reader.source.poll(limit=2, wait_for=stream.patience)
            commit = reader.source.commit([record.position for record in first])
            batch, _ = run(together(poll, commit))
            first = list(batch or [])
        assert values(polled) == TEN
        assert reader.lag() == 0

    # Every lane reads the whole stream, at its own pace

    def test_every_lane_reads_the_whole_stream_at_its_own_pace(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        other = Reader(stream, run, "tidings-sms")
        reader.commit(*reader.read_on()[:8])
        assert other.lag() == 10
        other.commit(*other.poll(limit=3))
        assert reader.lag() == 2
        assert values(Reader(stream, run).read_on()) == TEN[8:]
        other = Reader(stream, run, "tidings-sms")
        assert len(other.read_on()) == other.lag() == 7

    # lag: between the last commit and the stream's end

    def test_lag_is_what_lies_between_the_last_commit_and_the_streams_end(
        self, reader: Reader, publisher: EventPublisher, run: Run
    ) -> None:
        assert reader.lag() == 10
        records = reader.read_on()
        assert reader.lag() == 10
        reader.commit(*records[:4])
        assert reader.lag() == 6
        run(publisher.publish([b"one more", b"another"]))
        assert reader.lag() == 8
        reader.commit(*records[4:], *reader.read_on())
        assert reader.lag() == 0

    # Failures

    def test_its_place_lives_through_a_restart(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        reader.commit(*reader.read_on()[:4])
        run(stream.restart())
        after = Reader(stream, run)
        assert after.lag() == 6
        assert values(after.read_on()) == TEN[4:]

    def test_after_stream_unavailable_the_next_poll_begins_at_the_last_commit(
        self, reader: Reader, stream: Stream, run: Run
    ) -> None:
        reader.commit(*reader.poll(limit=4))
        behind = reader.lag()
        reader.poll(limit=4)
        run(stream.go_away())
        with pytest.raises(StreamUnavailable):
            reader.read_on()
        run(stream.come_back())
        assert values(reader.read_on()) == TEN[-behind:]

    @pytest.mark.parametrize("call", ["poll", "commit", "lag"])
    def test_raises_stream_unavailable(
        self, reader: Reader, stream: Stream, run: Run, call: str
    ) -> None:
        source, [first] = reader.source, reader.poll(limit=1)
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "poll": lambda: read_on(source, stream.patience),
            "commit": lambda: source.commit([first.position]),
            "lag": lambda: source.lag(),
        }
        run(stream.go_away())
        with pytest.raises(StreamUnavailable):
            run(calls[call]())
        run(stream.come_back())
        assert reader.lag() == 10


async def read_on(source: EventSource, patience: timedelta) -> None:
    """Beyond what the source had fetched already."""
    while await source.poll(limit=9, wait_for=patience):
        pass
