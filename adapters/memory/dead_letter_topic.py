"""How do others learn what could not be read or served, while the process lives?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.memory.stream import Stream
from adapters.wire.dead_letter import encode_dead_letter
from application.ports.clock import Clock
from application.ports.dead_letter_topic import DeadLetterTopic
from domain.dead_letter import DeadLetter


class MemoryDeadLetterTopic(DeadLetterTopic):
    """`stream` is one of its own, beside that of the events."""

    def __init__(self, stream: Stream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock

    async def publish(self, dead_letters: Sequence[DeadLetter]) -> None:
        self._stream.reach()
        for letter in dead_letters:
            self._stream.append(encode_dead_letter(letter), appended_at=self._clock.now())
