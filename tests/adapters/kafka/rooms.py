"""How do tests get a topic of their own, and workers that read it?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import uuid4

from adapters.kafka.dead_letter_topic import KafkaDeadLetterTopic
from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.membership import Reader
from adapters.kafka.options import KafkaOptions, Patience
from adapters.kafka.start import Earliest, Start
from adapters.kafka.topics import Topic, make_topics

IMPATIENT = Patience(
    session=timedelta(seconds=2),
    rebalance=timedelta(seconds=10),
    fetch=timedelta(milliseconds=20),
    look_every=timedelta(milliseconds=200),
    stalled_after=timedelta(seconds=3),
)


def a_name() -> str:
    return f"t-{uuid4().hex[:12]}"


class Room:
    """One topic, and everybody who was let into it."""

    def __init__(
        self, brokers: str, *, partitions: int = 1, patience: Patience = IMPATIENT
    ) -> None:
        self.topic = a_name()
        self.group = a_name()
        self.options = KafkaOptions(brokers=brokers, answer_within=timedelta(seconds=5))
        self._partitions = partitions
        self._patience = patience
        self._closings: list[Callable[[], Awaitable[None]]] = []
        self.is_made = False

    async def make(self) -> None:
        if not self.is_made:
            await make_topics(self.options, [Topic(name=self.topic, partitions=self._partitions)])
            self.is_made = True

    async def publisher(self) -> KafkaEventPublisher:
        await self.make()
        publisher = KafkaEventPublisher(self.options, self.topic)
        self._closings.append(publisher.close)
        await publisher.open()
        return publisher

    async def dead_letter_topic(self) -> KafkaDeadLetterTopic:
        await self.make()
        topic = KafkaDeadLetterTopic(self.options, self.topic)
        self._closings.append(topic.close)
        await topic.open()
        return topic

    async def source(
        self, group: str | None = None, *, start: Start | None = None
    ) -> KafkaEventSource:
        await self.make()
        source = KafkaEventSource(self.options, self.reader(group, start=start))
        self._closings.append(source.close)
        await source.open()
        return source

    def reader(self, group: str | None = None, *, start: Start | None = None) -> Reader:
        return Reader(
            topic=self.topic,
            group=group or self.group,
            start=start or Earliest(),
            patience=self._patience,
        )

    async def close(self) -> None:
        """All of them, whatever becomes of one."""
        closings, self._closings = self._closings, []
        async with AsyncExitStack() as closing:
            for close in closings:
                closing.push_async_callback(close)
