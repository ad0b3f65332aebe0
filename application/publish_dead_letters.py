"""How does each dead letter get into the topic, at least once?"""

from __future__ import annotations

from dataclasses import dataclass

from application.ports.dead_letter_outbox import DeadLetterOutbox
from application.ports.dead_letter_topic import DeadLetterTopic

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishDeadLetters:
    """Marked only once they are durable there: whoever dies in between publishes them again."""

    outbox: DeadLetterOutbox
    topic: DeadLetterTopic

    async def __call__(self) -> int:
        """Until none is left. Returns how many there were."""
        count = 0
        while dead_letters := await self.outbox.unpublished(limit=BATCH):
            await self.topic.publish(dead_letters)
            await self.outbox.mark_published([each.id for each in dead_letters])
            count += len(dead_letters)
        return count
