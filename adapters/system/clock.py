"""What time is it, by this machine?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from application.ports.clock import Clock


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, for_: timedelta) -> None:
        await asyncio.sleep(for_.total_seconds())
