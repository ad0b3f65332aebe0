"""How long may one worker hold what it has in hand?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LEASE_FOR = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=20)

#: No hand-over starts with less of the lease left than this.
SAFE_TO_START = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`token` stands on every notification that this worker has in hand."""

    token: UUID
    worker: str
    until: datetime

    def is_over(self, now: datetime) -> bool:
        return now >= self.until

    def allows_start(self, now: datetime) -> bool:
        return self.until - now >= SAFE_TO_START

    def wants_renewal(self, now: datetime) -> bool:
        return self.until - now <= LEASE_FOR - RENEW_EVERY
