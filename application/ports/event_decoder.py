"""What does a record say?"""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from domain.event import Event
from domain.record import Record


class EventDecoder(Protocol):
    """Reads the wire format.

    - A function of the record alone; bounded in time and memory whatever the bytes.
    - Raises UnreadableEvent, and nothing else; its words hold no personal data.
    """

    @abstractmethod
    def decode(self, record: Record) -> Event: ...

    @abstractmethod
    def passes_over(self, record: Record, address_field: str) -> bool:
        """Whether a glance shows that no event of these bytes has this field, but perhaps the
        field of another channel, whose lane reads the record."""
