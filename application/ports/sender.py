"""How does a notification reach its provider?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.notification import Notification
from domain.outcome import Finding, Outcome


class Sender(Protocol):
    """One per channel.

    - Answers with an outcome, in the order given, for each notification; it raises nothing
      but cancellation. What it cannot explain is Unknown once the whole message was
      handed over, and Deferred before.
    - Every hand-over ends within minutes.
    - Concurrent callers are safe.
    """

    @property
    @abstractmethod
    def takes(self) -> int:
        """How many notifications one call may carry."""

    @abstractmethod
    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]: ...

    @abstractmethod
    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        """Ask the provider about hand-overs whose outcome is unknown; changes nothing."""
