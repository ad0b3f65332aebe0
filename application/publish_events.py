"""How do events get into the stream, without those that nobody could read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.event_decoder import EventDecoder
from application.ports.event_publisher import EventPublisher
from domain.errors import UnreadableEvent
from domain.record import Position, Record

_NOWHERE_YET = Position(topic="", partition=0, offset=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishEvents:
    """Durable in the stream when it returns, all in one step."""

    decoder: EventDecoder
    publisher: EventPublisher
    clock: Clock

    async def __call__(
        self,
        values: Sequence[bytes],
        *,
        as_they_are: bool = False,
        all_or_none: bool = False,
        traceparent: str | None = None,
    ) -> Sequence[UnreadableEvent | None]:
        """For each: None, or what is wrong with it. The wrong ones are published only
        `as_they_are`: then they end as dead letters. With `all_or_none` one that is wrong
        keeps back the others too."""
        problems = [self._problem(value) for value in values]
        if all_or_none and any(problems):
            return problems
        readable = [
            value
            for value, problem in zip(values, problems, strict=True)
            if problem is None or as_they_are
        ]
        if readable:
            await self.publisher.publish(readable, traceparent=traceparent)
        return problems

    def _problem(self, value: bytes) -> UnreadableEvent | None:
        try:
            self.decoder.decode(
                Record(value=value, position=_NOWHERE_YET, appended_at=self.clock.now())
            )
        except UnreadableEvent as problem:
            return problem
        return None
