"""How does an event get into Kafka?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.kafka.appender import Appender
from adapters.kafka.options import KafkaOptions
from adapters.wire.trace_context import TRACEPARENT
from application.ports.event_publisher import EventPublisher


class KafkaEventPublisher(EventPublisher):
    """Without keys, as the existing producers: the bytes are not looked at, and a key that only
    some producers gave would put one event into two partitions all the same."""

    def __init__(self, options: KafkaOptions, topic: str) -> None:
        self._appender = Appender(options, topic)

    async def open(self) -> None:
        await self._appender.open()

    async def close(self) -> None:
        await self._appender.close()

    async def publish(self, values: Sequence[bytes], *, traceparent: str | None = None) -> None:
        headers = () if traceparent is None else ((TRACEPARENT, traceparent.encode()),)
        await self._appender.append(((None, value) for value in values), headers)
