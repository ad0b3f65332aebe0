"""What would a provider do, when the test says so?"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Finding, Found, NotFound, Outcome, ProviderDown, Unknown


class MemorySender(Sender):
    """Takes everything, unless told otherwise.

    `handed_over` lists every hand-over; `taken` those that the provider has, whatever it said.
    """

    takes = 1

    def __init__(self) -> None:
        self.handed_over: list[Notification] = []
        self.taken: list[Notification] = []
        self._answers: deque[Outcome] = deque()
        self._standing_answer: Outcome | None = None
        self._stalls_after: int | None = None
        self._stalled: list[asyncio.Future[None]] = []
        self._has_stalled = asyncio.Event()
        self._knows_unknown_ones = False

    async def wait_until_stalled(self) -> None:
        await self._has_stalled.wait()

    def will(self, *outcomes: Outcome) -> None:
        """Answer the next hand-overs with these, in order."""
        self._answers.extend(outcomes)

    def will_always(self, outcome: Outcome) -> None:
        """Answer every hand-over that nothing else was said of with this."""
        self._standing_answer = outcome

    def go_down(self) -> None:
        self.will_always(ProviderDown(reason="connection refused", rule="refused"))

    def come_back(self) -> None:
        self._standing_answer = None

    def stall_after(self, hand_overs: int) -> None:
        """Answer so many more; whoever asks then waits, and the provider has it already."""
        self._stalls_after = len(self.handed_over) + hand_overs

    def answer_again(self) -> None:
        self._stalls_after = None
        for answer in self._stalled:
            if not answer.done():
                answer.set_result(None)
        self._stalled.clear()

    def know_unknown_ones(self) -> None:
        """Asked about a hand-over whose outcome is unknown, say that it arrived here."""
        self._knows_unknown_ones = True

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return [await self._hand_over(notification) for notification in notifications]

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        if not self._knows_unknown_ones:
            return [NotFound(reason="no such message") for _ in notifications]
        return [Found(provider_id=_provider_id(notification)) for notification in notifications]

    async def _hand_over(self, notification: Notification) -> Outcome:
        self.handed_over.append(notification)
        taken = Accepted(reason="taken", rule="ok", provider_id=_provider_id(notification))
        if self._stalls_after is not None and len(self.handed_over) > self._stalls_after:
            self.taken.append(notification)
            self._stalled.append(asyncio.get_running_loop().create_future())
            self._has_stalled.set()
            await self._stalled[-1]
            return taken
        outcome = self._answers.popleft() if self._answers else self._standing_answer or taken
        if isinstance(outcome, Accepted | Unknown):
            self.taken.append(notification)
        return outcome


def _provider_id(notification: Notification) -> str:
    return f"memory-{notification.id.hex[:8]}"
