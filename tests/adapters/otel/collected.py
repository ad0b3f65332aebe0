"""What do spans look like to whoever collects them?"""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.memory.clock import MemoryClock
from adapters.otel.telemetry import OtelTelemetry
from adapters.otel.tracing import Tracing


@dataclass
class Collected:
    """The tracing of one process, and what has come of it."""

    share: float = 1.0
    clock: MemoryClock = field(default_factory=MemoryClock)

    def __post_init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing = Tracing(self._exporter, service="shop", version="1.2", share=self.share)
        self.telemetry = OtelTelemetry(self.tracing, self.clock)

    def spans(self) -> list[ReadableSpan]:
        """All so far; nothing is drawn afterwards."""
        self.tracing.close()
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def id_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


def parent_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else f"{span.parent.span_id:016x}"
