"""What if the provider cost nothing? For benchmarks: everybody is told, and nobody hears."""

from __future__ import annotations

from collections.abc import Sequence

from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Finding, NotFound, Outcome

_TAKEN = Accepted(reason="dropped on purpose", rule="null")


class NullSender(Sender):
    takes = 500

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return [_TAKEN] * len(notifications)

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        return [NotFound(reason="nothing is kept")] * len(notifications)
