"""What time is it, by this machine, whatever is done to its clock?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

from application.ports.clock import Clock

#: A difference to the wall clock is made up at this part of the time that passes, at the most.
MADE_UP_AT = 0.1
#: More than this between two looks at the wall clock: somebody has set it.
JUMP = timedelta(seconds=1)

#: Seconds that nobody can set; where there is CLOCK_BOOTTIME, those asleep count too.
read_steady = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

_LOOK_EVERY = 0.05  # seconds


def ignore(_jump: timedelta) -> None: ...


class SystemClock(Clock):
    """Starts with the wall clock, goes steadily, and follows the wall clock without a jump.

    Every interval is right within a tenth. `tell` hears once of each jump of the wall clock.
    Any thread may read it.
    """

    def __init__(
        self,
        *,
        steady: Callable[[], float] = read_steady,
        wall: Callable[[], float] = time.time,
        tell: Callable[[timedelta], None] = ignore,
    ) -> None:
        self._steady = steady
        self._wall = wall
        self._tell = tell
        self._lock = Lock()
        # As they stood at the latest look at the wall clock, and how it goes on from there.
        self._looked_at = steady()
        self._shown = wall()
        self._behind = 0.0
        self._pace = 1.0

    def now(self) -> datetime:
        with self._lock:
            passed = self._steady() - self._looked_at
            if passed <= _LOOK_EVERY:
                return datetime.fromtimestamp(self._shown + passed * self._pace, UTC)
            jump = self._look(passed)
            shown = self._shown
        if abs(jump) > JUMP.total_seconds():
            self._tell(timedelta(seconds=jump))
        return datetime.fromtimestamp(shown, UTC)

    async def sleep(self, for_: timedelta) -> None:
        wake_at = self.now() + for_
        await asyncio.sleep(for_.total_seconds())
        while (left := wake_at - self.now()) > timedelta():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(left.total_seconds())

    def _look(self, passed: float) -> float:
        """Measure anew how far this clock is behind. Returns by how much that surprises."""
        made_up = self._made_up_within(passed)
        expected = self._behind - made_up
        self._looked_at += passed
        self._shown += passed + made_up
        behind = self._wall() - self._shown
        # Halted between the two clocks, this thread saw a jump that was none; it looks again soon.
        was_halted = self._steady() - self._looked_at > _LOOK_EVERY
        self._behind = expected if was_halted else behind
        self._pace = 1 + self._made_up_within(_LOOK_EVERY) / _LOOK_EVERY
        return self._behind - expected

    def _made_up_within(self, passed: float) -> float:
        most = passed * MADE_UP_AT
        return max(-most, min(self._behind, most))
