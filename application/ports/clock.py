"""What time is it?"""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The one clock: every instant that is compared comes from it.

    - Instants are aware and in UTC.
    - It never goes back, and it never leaps: when the machine's clock is set, it goes on steadily.
    - It is read often: reading costs nothing that is waited for.
    """

    @abstractmethod
    def now(self) -> datetime: ...

    @abstractmethod
    async def sleep(self, for_: timedelta) -> None:
        """Come back once this much time has passed, by this clock."""
