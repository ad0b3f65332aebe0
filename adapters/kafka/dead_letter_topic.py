"""How do others learn from Kafka what could not be read or served?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.kafka.appender import Appender
from adapters.kafka.options import KafkaOptions
from adapters.wire.dead_letter import encode_dead_letter
from application.ports.dead_letter_topic import DeadLetterTopic
from domain.dead_letter import DeadLetter


class KafkaDeadLetterTopic(DeadLetterTopic):
    """The record's key is the dead letter's id: one for each notification and generation."""

    def __init__(self, options: KafkaOptions, topic: str) -> None:
        self._appender = Appender(options, topic)

    async def open(self) -> None:
        await self._appender.open()

    async def close(self) -> None:
        await self._appender.close()

    async def publish(self, dead_letters: Sequence[DeadLetter]) -> None:
        await self._appender.append(
            (str(letter.id).encode(), encode_dead_letter(letter)) for letter in dead_letters
        )
