"""When does a lane look for receipts that came too early?"""

from __future__ import annotations

from datetime import datetime, timedelta

from application.ports.clock import Clock
from application.receive_receipts import ReceiveReceipts

HEAR_EVERY = timedelta(seconds=1)


class KeptReceipts:
    """One look for all that are kept, however many notifications are in hand; None where the
    channel's provider gives no receipts, and nobody looks."""

    def __init__(self, receive: ReceiveReceipts | None, clock: Clock) -> None:
        self._receive = receive
        self._clock = clock
        self._next_at: datetime | None = None

    async def hear(self) -> int:
        """Returns how many were settled."""
        return 0 if self._receive is None else await self._receive.hear_kept()

    async def hear_now_and_then(self) -> None:
        now = self._clock.now()
        if self._receive is not None and (self._next_at is None or now >= self._next_at):
            self._next_at = now + HEAR_EVERY
            await self.hear()
