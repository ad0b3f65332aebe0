"""What does every EventPublisher keep to?"""

from __future__ import annotations

import pytest

from application.errors import StreamUnavailable
from application.ports.event_publisher import EventPublisher
from tests.contracts.stream import Reader, Stream, StreamContract, values
from tests.runner import Run, together

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


class EventPublisherContract(StreamContract):
    def test_what_was_published_is_in_the_stream_in_the_order_given(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(publisher.publish([b"c", b"a"]))
        run(publisher.publish([b"b"]))
        assert values(Reader(stream, run).read_on()) == [b"c", b"a", b"b"]

    def test_the_bytes_are_not_looked_at(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        odd = [b"", b"\x00", bytes(range(256)), b"{", "世界".encode(), b"x" * 300_000]
        run(publisher.publish(odd))
        assert values(Reader(stream, run).read_on()) == odd

    def test_the_trace_that_it_belongs_to_lies_beside_each(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(publisher.publish([b"a", b"{"], traceparent=TRACEPARENT))
        run(publisher.publish([b"c"]))
        records = Reader(stream, run).read_on()
        assert values(records) == [b"a", b"{", b"c"]
        carried = [dict(record.headers) for record in records]
        assert carried == [*[{"traceparent": TRACEPARENT.encode()}] * 2, {}]

    def test_publishing_the_same_again_puts_it_there_again(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(publisher.publish([b"same", b"same"]))
        run(publisher.publish([b"same"]))
        records = Reader(stream, run).read_on()
        assert values(records) == [b"same"] * 3
        assert len({record.position for record in records}) == 3

    def test_publishing_nothing_puts_nothing_there(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(publisher.publish([]))
        assert Reader(stream, run).lag() == 0

    def test_five_hundred_at_once(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        many = [f"event-{number}".encode() for number in range(500)]
        run(publisher.publish(many))
        assert values(Reader(stream, run).read_on(limit=500)) == many

    def test_those_who_publish_at_once_each_keep_their_order(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        publishers = [publisher, run(stream.publisher())]
        calls = [
            publishers[number % 2].publish([f"{number}:{n}".encode() for n in range(10)])
            for number in range(8)
        ]
        run(together(*calls))
        published = values(Reader(stream, run).read_on())
        assert len(published) == 80
        for number in range(8):
            own = [value for value in published if value and value.startswith(b"%d:" % number)]
            assert own == [f"{number}:{n}".encode() for n in range(10)]

    def test_durable_when_it_returns(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(publisher.publish([b"a", b"b"]))
        run(stream.restart())
        assert values(Reader(stream, run).read_on()) == [b"a", b"b"]

    def test_raises_stream_unavailable(
        self, stream: Stream, publisher: EventPublisher, run: Run
    ) -> None:
        run(stream.go_away())
        with pytest.raises(StreamUnavailable):
            run(publisher.publish([b"a"]))
        run(stream.come_back())
        run(publisher.publish([b"b"]))
        assert values(Reader(stream, run).read_on())[-1] == b"b"
