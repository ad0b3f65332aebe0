"""Does what draws spans keep to the promises of telemetry and of the publisher?"""

from __future__ import annotations

from pathlib import Path

from adapters.memory.clock import MemoryClock
from adapters.memory.event_publisher import MemoryEventPublisher
from adapters.memory.event_source import MemoryEventSource
from adapters.memory.stream import Stream as MemoryStream
from adapters.otel.event_publisher import OtelEventPublisher
from application.ports.telemetry import Telemetry
from tests.adapters.otel.collected import Collected
from tests.contracts.event_publisher import EventPublisherContract
from tests.contracts.stream import Stream
from tests.contracts.telemetry import Listener, TelemetryContract


class Spans(Listener):
    def __init__(self) -> None:
        self._collected = Collected()

    def telemetry(self) -> Telemetry:
        return self._collected.telemetry

    def heard(self) -> str:
        return "\n".join(span.to_json() for span in self._collected.spans())


class TestOtelTelemetry(TelemetryContract):
    def open_listener(self) -> Listener:
        return Spans()


class Followed(Stream):
    def __init__(self) -> None:
        self._stream = MemoryStream()
        self._clock = MemoryClock()

    async def publisher(self) -> OtelEventPublisher:
        inner = MemoryEventPublisher(self._stream, self._clock)
        return OtelEventPublisher(inner, Collected().tracing)

    async def source(self, group: str) -> MemoryEventSource:
        return MemoryEventSource(self._stream, group, self._clock)

    async def go_away(self) -> None:
        self._stream.go_away()

    async def come_back(self) -> None:
        self._stream.come_back()


class TestOtelEventPublisher(EventPublisherContract):
    def open_stream(self, folder: Path) -> Stream:
        return Followed()
