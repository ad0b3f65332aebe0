"""What should somebody who watches the lanes be told?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.circuit import Circuit
from domain.notification import Notification
from domain.repeat import Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of one batch of records, in one lane, now that all of it is durable."""

    records: int
    unreadable: int = 0
    added: Sequence[Notification] = ()  #: the new ones, whatever they begin with
    repeats: Mapping[Repeat, int] = field(default_factory=dict)


class Telemetry(Protocol):
    """Told batch by batch. Never raises, never waits, and holds no personal data."""

    @abstractmethod
    def taken_in(self, channel: str, batch: Batch) -> None: ...

    @abstractmethod
    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        """These moves are durable: of attempts that have ended, and of what waits on."""

    @abstractmethod
    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        """`words` are the provider's, `rule` is the row of our table that read them."""

    @abstractmethod
    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        """Something failed and will be tried again."""
