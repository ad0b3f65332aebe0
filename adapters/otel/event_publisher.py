"""How does whoever asked for an event find in its trace what became of it?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.otel.tracing import Tracing
from application.ports.event_publisher import EventPublisher


class OtelEventPublisher(EventPublisher):
    """A span of its own in the trace that events come with; what comes with none is left so, that
    each event has a trace to itself."""

    def __init__(self, publisher: EventPublisher, tracing: Tracing) -> None:
        self._publisher = publisher
        self._tracing = tracing

    async def publish(self, values: Sequence[bytes], *, traceparent: str | None = None) -> None:
        if traceparent is None:
            await self._publisher.publish(values)
            return
        with self._tracing.publishing(len(values), traceparent) as own:
            await self._publisher.publish(values, traceparent=own)
