"""What is to be seen of an event by whoever looks at its trace?"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from adapters.memory.clock import MemoryClock
from adapters.memory.event_publisher import MemoryEventPublisher
from adapters.memory.stream import Stream
from adapters.otel.event_publisher import OtelEventPublisher
from application.errors import StreamUnavailable
from application.ports.telemetry import Batch
from domain.event import Event
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown
from domain.status import Wait
from tests.adapters.otel.collected import Collected, id_of, parent_of, trace_of
from tests.contracts.given import BY, EMAIL, NOW, SECOND, SMS, newborn, read, waiting
from tests.runner import Run

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
FOLLOWED = f"00-{TRACE_ID}-{CALLER}-01"
NOT_FOLLOWED = f"00-{TRACE_ID}-{CALLER}-00"

BUSY = Deferred(reason="450 busy, ada@example.com", rule="450")


@pytest.fixture
def collected() -> Collected:
    return Collected()


def event(traceparent: str | None = None, event_id: str = "event-1") -> Event:
    payload = {"email": "ada@example.com", "phoneNumber": "+15551234567", "message": "Hi"}
    fields = {"eventId": event_id, "messageType": "ALERT_RAISED", "payload": payload}
    return read(fields if traceparent is None else {**fields, "traceparent": traceparent})


def settled(notification: Notification, outcome: Outcome) -> Notification:
    at = NOW + 3 * SECOND
    return notification.settle(outcome, channel=EMAIL, now=at, by=BY, wake_at=at)


def told(collected: Collected, notification: Notification, *outcomes: Outcome) -> None:
    """Accepted, and handed over as often as there are outcomes."""
    collected.telemetry.taken_in("email", Batch(records=1, added=[notification]))
    for number, outcome in enumerate(outcomes):
        if number:
            notification = notification.begin(now=NOW + SECOND, by=BY)
        notification = settled(notification, outcome)
        collected.telemetry.settled("email", [notification])


class TestAnEventWithATrace:
    def test_is_seen_in_it(self, collected: Collected) -> None:
        told(collected, newborn(of=event(FOLLOWED)), Accepted(rule="250"))
        accepted, handed_over = collected.spans()
        assert [trace_of(accepted), trace_of(handed_over)] == [TRACE_ID] * 2
        assert parent_of(accepted) == CALLER
        assert parent_of(handed_over) == id_of(accepted)

    def test_is_not_drawn_where_whoever_began_it_decided_so(self, collected: Collected) -> None:
        told(collected, newborn(of=event(NOT_FOLLOWED)), Accepted())
        assert collected.spans() == []

    def test_is_drawn_whatever_share_of_the_others_is(self) -> None:
        collected = Collected(share=0.0)
        told(collected, newborn(of=event(FOLLOWED)), Accepted())
        told(collected, newborn("event-2"), Accepted())
        assert {trace_of(span) for span in collected.spans()} == {TRACE_ID}


class TestAnEventWithoutATrace:
    def test_has_one_to_itself_that_both_channels_share(self, collected: Collected) -> None:
        for channel in (EMAIL, SMS):
            told(collected, newborn(channel=channel), Accepted())
        told(collected, newborn("event-2"), Accepted())
        spans = collected.spans()
        traces = [trace_of(span) for span in spans]
        assert len(spans) == 6
        assert len(set(traces)) == 2
        assert sum(parent_of(span) is None for span in spans) == 3

    def test_is_the_same_for_whoever_goes_on_with_it(self, collected: Collected) -> None:
        """Another worker, after a restart: it knows no more than what is stored."""
        told(collected, newborn(), BUSY)
        later = Collected()
        again = settled(newborn(), BUSY).begin(now=NOW + SECOND, by="worker-2")
        later.telemetry.settled("email", [settled(again, Accepted())])
        [accepted, _], [second] = collected.spans(), later.spans()
        assert trace_of(second) == trace_of(accepted)
        assert parent_of(second) == id_of(accepted)

    def test_is_followed_in_a_share_of_all(self) -> None:
        collected = Collected(share=0.25)
        for number in range(400):
            told(collected, newborn(f"event-{number}"))
        assert 50 < len(collected.spans()) < 150


class TestAnAcceptance:
    def test_lasts_until_it_is_durable(self, collected: Collected) -> None:
        collected.clock.move_to(NOW + timedelta(milliseconds=7))
        told(collected, newborn())
        [span] = collected.spans()
        assert (span.name, span.kind) == ("accept email", SpanKind.CONSUMER)
        assert lasted(span) == timedelta(milliseconds=7)

    def test_says_what_is_waited_for(self, collected: Collected) -> None:
        told(collected, waiting(reason=Wait.RATE))
        [span] = collected.spans()
        assert attributes(span)["tidings.waiting_for"] == "rate"
        assert attributes(span)["tidings.status"] == "PENDING"


class TestAHandOver:
    def test_lasts_from_its_beginning_to_its_outcome(self, collected: Collected) -> None:
        told(collected, newborn(), Accepted(rule="250"))
        _, span = collected.spans()
        assert (span.name, span.kind) == ("hand over email", SpanKind.CLIENT)
        assert lasted(span) == 3 * SECOND
        assert span.status.status_code is StatusCode.UNSET
        assert attributes(span)["tidings.outcome"] == "accepted"
        assert attributes(span)["tidings.rule"] == "250"

    def test_is_one_for_each_attempt(self, collected: Collected) -> None:
        told(collected, newborn(), BUSY, Accepted())
        _, first, second = collected.spans()
        assert [attributes(span)["tidings.attempt"] for span in (first, second)] == [1, 2]
        assert first.status.status_code is StatusCode.ERROR

    def test_is_told_too_where_the_provider_is_down(self, collected: Collected) -> None:
        told(collected, newborn(), ProviderDown(reason="421 closing"))
        _, span = collected.spans()
        assert attributes(span)["tidings.outcome"] == "provider_down"
        assert attributes(span)["tidings.attempt"] == 1

    def test_is_none_where_nothing_was_handed_over(self, collected: Collected) -> None:
        collected.telemetry.settled("email", [waiting(reason=Wait.RATE)])
        assert collected.spans() == []


class TestWhatIsPublished:
    def publish(self, collected: Collected, traceparent: str | None, run: Run) -> str | None:
        """What lies beside it in the stream."""
        stream = Stream()
        inner = MemoryEventPublisher(stream, MemoryClock())
        publisher = OtelEventPublisher(inner, collected.tracing)
        run(publisher.publish([b"a", b"b"], traceparent=traceparent))
        [carried] = {record.headers.get("traceparent") for record in stream.records}
        return None if carried is None else carried.decode()

    def test_hangs_under_a_span_in_the_trace_that_it_came_with(
        self, collected: Collected, run: Run
    ) -> None:
        carried = self.publish(collected, FOLLOWED, run)
        [span] = collected.spans()
        assert (trace_of(span), parent_of(span)) == (TRACE_ID, CALLER)
        assert (span.name, span.kind) == ("publish events", SpanKind.PRODUCER)
        assert attributes(span)["messaging.batch.message_count"] == 2
        assert carried is not None
        assert carried.split("-")[1:3] == [TRACE_ID, id_of(span)]

    @pytest.mark.parametrize("traceparent", [None, NOT_FOLLOWED])
    def test_is_left_as_it_is_where_nobody_follows_it(
        self, collected: Collected, traceparent: str | None, run: Run
    ) -> None:
        assert self.publish(collected, traceparent, run) == traceparent
        assert collected.spans() == []

    def test_is_told_as_an_error_if_it_could_not_be(self, collected: Collected, run: Run) -> None:
        stream = Stream()
        stream.go_away()
        publisher = OtelEventPublisher(
            MemoryEventPublisher(stream, MemoryClock()), collected.tracing
        )
        with pytest.raises(StreamUnavailable):
            run(publisher.publish([b"a"], traceparent=FOLLOWED))
        [span] = collected.spans()
        assert span.status.status_code is StatusCode.ERROR


def lasted(span: ReadableSpan) -> timedelta:
    assert span.start_time is not None
    assert span.end_time is not None
    return timedelta(microseconds=(span.end_time - span.start_time) / 1000)


def attributes(span: ReadableSpan) -> dict[str, object]:
    told = json.loads(span.to_json())["attributes"]
    assert isinstance(told, dict)
    return told
