"""How do spans come about, and where do they go?

Every lane and every worker says the same of one event without asking another: the id of its trace
and that of the span under which the hand-overs hang follow from the event and the notification.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Decision, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.wire.trace_context import TRACEPARENT
from domain.event import Event
from domain.notification import Notification

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SPAN_ID = 2**64 - 1
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """`share` of the events that came without a trace are followed; of one that came with a trace
    whoever began that has decided."""

    def __init__(self, exporter: SpanExporter, *, service: str, version: str, share: float) -> None:
        self._ids = _Ids()
        self._sampler = TraceIdRatioBased(share)
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,  # what is not followed never gets so far
            resource=Resource.create({"service.name": service, "service.version": version}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("tidings", version)

    def close(self) -> None:
        """Hand over what is left. Blocks for some seconds where nobody takes it."""
        self._provider.shutdown()

    def follows(self, event: Event) -> bool:
        if event.traceparent is not None:
            return _is_sampled(event.traceparent)
        judged = self._sampler.should_sample(None, int(event.trace_id, 16), "")
        return judged.decision is Decision.RECORD_AND_SAMPLE

    def begin_acceptance(self, notification: Notification) -> Span:
        """The span under which all hand-overs of it hang."""
        event = notification.event
        if event.traceparent is not None:
            context = _PROPAGATOR.extract({TRACEPARENT: event.traceparent}, Context())
        else:
            context = Context()
            self._ids.next_trace_id = int(event.trace_id, 16)
        self._ids.next_span_id = _acceptance_id(notification)
        return self._tracer.start_span(
            f"accept {notification.channel}",
            context,
            SpanKind.CONSUMER,
            _attributes(notification),
            start_time=nanoseconds(notification.accepted_at),
        )

    def begin_hand_over(self, notification: Notification, *, at: datetime) -> Span:
        accepted = SpanContext(
            trace_id=int(notification.event.trace_id, 16),
            span_id=_acceptance_id(notification),
            is_remote=True,
            trace_flags=_SAMPLED,
        )
        return self._tracer.start_span(
            f"hand over {notification.channel}",
            set_span_in_context(NonRecordingSpan(accepted), Context()),
            SpanKind.CLIENT,
            _attributes(notification),
            start_time=nanoseconds(at),
        )

    @contextmanager
    def publishing(self, count: int, traceparent: str) -> Iterator[str]:
        """Yields the traceparent for what is published: that of a span of its own."""
        if not _is_sampled(traceparent):
            yield traceparent
            return
        carrier = {TRACEPARENT: traceparent}
        with self._tracer.start_as_current_span(
            "publish events",
            _PROPAGATOR.extract(carrier, Context()),
            SpanKind.PRODUCER,
            {"messaging.batch.message_count": count},
            record_exception=False,  # its words may hold anything
        ) as span:
            _PROPAGATOR.inject(carrier, set_span_in_context(span, Context()))
            yield carrier[TRACEPARENT]


class _Ids(RandomIdGenerator):
    """Here alone the SDK lets an id be chosen; of the next span, once."""

    next_trace_id: int | None = None
    next_span_id: int | None = None

    def generate_trace_id(self) -> int:
        chosen, self.next_trace_id = self.next_trace_id, None
        return super().generate_trace_id() if chosen is None else chosen

    def generate_span_id(self) -> int:
        chosen, self.next_span_id = self.next_span_id, None
        return super().generate_span_id() if chosen is None else chosen


def nanoseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND * 1000


def _acceptance_id(notification: Notification) -> int:
    return notification.id.int & _SPAN_ID


def _is_sampled(traceparent: str) -> bool:
    return bool(int(traceparent[-2:], 16) & TraceFlags.SAMPLED)


def _attributes(notification: Notification) -> dict[str, str | int]:
    """Nothing that tells whom it is for, or what it says."""
    return {
        "tidings.event.id": notification.event.id,
        "tidings.event.type": notification.event.message_type,
        "tidings.notification.id": str(notification.id),
        "tidings.channel": notification.channel,
        "tidings.generation": notification.generation,
        "tidings.status": notification.status,
    }
