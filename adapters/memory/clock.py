"""What time is it, when the test says so?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from application.ports.clock import Clock


class MemoryClock(Clock):
    """Stands still until it is moved; sleepers wake when their instant is passed."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, for_: timedelta) -> None:
        if for_ <= timedelta():
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + for_, woken))
        await woken

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    def move_to(self, instant: datetime) -> None:
        if instant < self._now:
            raise ValueError("a clock never goes back")
        self._now = instant
        for wake_at, woken in self._sleepers:
            if wake_at <= instant and not woken.done():
                woken.set_result(None)
        self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]

    def start_again(self, at: datetime) -> None:
        """As a new process finds it: whoever slept is gone, and the machine's clock may be set."""
        self._sleepers.clear()
        self._now = at
