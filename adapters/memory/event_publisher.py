"""How does an event get into the stream, while the process lives?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.stream import Stream
from application.ports.clock import Clock
from application.ports.event_publisher import EventPublisher


class MemoryEventPublisher(EventPublisher):
    def __init__(self, stream: Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    async def publish(self, values: Sequence[bytes]) -> None:
        self._stream.reach()
        for value in values:
            self._stream.append(value, appended_at=self._clock.now())
