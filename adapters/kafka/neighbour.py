"""Is Kafka there, with the topics that are needed?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient

from adapters.kafka.errors import translated
from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import connected, require_topics
from application.errors import StreamUnavailable
from application.ports.neighbour import Neighbour, Sight


class KafkaNeighbour(Neighbour):
    """Asked over a connection of its own, kept from one look to the next."""

    name = "Kafka"
    is_needed = True

    def __init__(self, options: KafkaOptions, topics: Sequence[str]) -> None:
        self.options = options
        self.topics = topics
        self._admin: AIOKafkaAdminClient | None = None

    async def open(self) -> None:
        """Nothing is dialled before somebody looks."""

    async def close(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()

    async def look(self) -> Sight:
        with translated():
            try:
                async with asyncio.timeout(self.options.answer_within.total_seconds()):
                    if self._admin is None:
                        self._admin = await connected(self.options)
                    await require_topics(self._admin, list(self.topics))
            except StreamUnavailable:
                raise  # it has answered
            except BaseException:
                await self.close()
                raise
        return Sight(words=f"{self.options.brokers}, topics {', '.join(self.topics)}")
