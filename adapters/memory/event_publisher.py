"""How does an event get into the stream, while the process lives?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.stream import Stream
from adapters.wire.trace_context import TRACEPARENT
from application.ports.clock import Clock
from application.ports.event_publisher import EventPublisher


class MemoryEventPublisher(EventPublisher):
    def __init__(self, stream: Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    async def publish(self, values: Sequence[bytes], *, traceparent: str | None = None) -> None:
        self._stream.reach()
        headers = {} if traceparent is None else {TRACEPARENT: traceparent.encode()}
        for value in values:
            self._stream.append(value, appended_at=self._clock.now(), headers=headers)
