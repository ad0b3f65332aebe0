"""When is a deferred notification tried again, and how often?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.outcome import LONGEST_RETRY_AFTER

_MICROSECOND = timedelta(microseconds=1)
_MOST_DOUBLINGS = 64


def doubled(first: timedelta, *, times: int, longest: timedelta) -> timedelta:
    """`first`, doubled so often, but no longer than `longest`, however often that is."""
    doublings = min(max(times, 0), _MOST_DOUBLINGS)
    return min((first // _MICROSECOND) << doublings, longest // _MICROSECOND) * _MICROSECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """`max_retries` attempts follow the first; the wait doubles up to `longest`."""

    max_retries: int = 3
    first_delay: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(hours=1)

    @property
    def allowed_attempts(self) -> int:
        return self.max_retries + 1

    def delay_after(self, attempt: int, *, jitter: float = 0.0) -> timedelta:
        """The wait after attempt number `attempt` (from 1). `jitter` in 0..1 only lengthens it."""
        return doubled(self.first_delay, times=attempt - 1, longest=self.longest) * (1 + jitter)

    def next_try(
        self, attempt: int, *, now: datetime, retry_after: timedelta | None, jitter: float = 0.0
    ) -> datetime | None:
        """The earliest instant of the next attempt, or None if `attempt` was the last.

        The provider's `retry_after` is a floor: it can lengthen the wait, never shorten it.
        """
        if attempt >= self.allowed_attempts:
            return None
        floor = min(retry_after or timedelta(), LONGEST_RETRY_AFTER)
        return now + max(self.delay_after(attempt, jitter=jitter), floor)
