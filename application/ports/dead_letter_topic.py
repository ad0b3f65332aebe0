"""How do others learn what could not be read or served?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.dead_letter import DeadLetter


class DeadLetterTopic(Protocol):
    """Appends to the stream of dead letters.

    - Durable, in the order given, when it returns; all of them or, on an error, perhaps some.
    - Publishing one again puts it there again, equal by its key: whoever reads knows it by that.
    - Raises StreamUnavailable.
    """

    @abstractmethod
    async def publish(self, dead_letters: Sequence[DeadLetter]) -> None: ...
