"""What should somebody who watches the lanes be told?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.circuit import Circuit
from domain.notification import Notification


class Telemetry(Protocol):
    """Never raises, never waits, and holds no personal data."""

    @abstractmethod
    def settled(self, channel: str, notifications: Sequence[Notification]) -> None: ...

    @abstractmethod
    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        """`words` are the provider's, `rule` is the row of our table that read them."""

    @abstractmethod
    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        """Something failed and will be tried again."""
