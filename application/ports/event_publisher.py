"""How does an event get into the stream?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol


class EventPublisher(Protocol):
    """Appends to the stream.

    - Durable when it returns, within each partition in the order given; all of them or, on an
      error, perhaps some: publishing the same again is safe, as the event's id makes it a
      duplicate.
    - The bytes are not looked at. `traceparent` (W3C Trace Context) lies beside each of them, as
      a header of that name.
    - Raises StreamUnavailable.
    """

    @abstractmethod
    async def publish(self, values: Sequence[bytes], *, traceparent: str | None = None) -> None: ...
