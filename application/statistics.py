"""What do many notifications look like together?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.status import Status, Wait

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    channel: str
    status: Status
    waiting_for: Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What became of those that one channel accepted in some time.

    `time_to_sent` holds PERCENTILES of the time from when the event occurred until the
    provider took what is SENT or DELIVERED now; nothing if nothing is. It counts waiting too.
    """

    accepted: int
    retried: int  #: had more than one attempt in some generation
    settled: int  #: is SENT, DELIVERED or FAILED
    failed: int
    time_to_sent: Mapping[int, timedelta]

    @property
    def retry_rate(self) -> float | None:
        return self.retried / self.accepted if self.accepted else None

    @property
    def error_rate(self) -> float | None:
        return self.failed / self.settled if self.settled else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The flow of one channel that was accepted in some stretch of time, from `begun_at` on."""

    channel: str
    begun_at: datetime
    accepted: int
    failed: int
    time_to_sent: Mapping[int, timedelta]  #: as a flow's


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    tally: Mapping[Tally, int]
    oldest: Mapping[Wait, datetime]  #: when the oldest that waits for it was accepted
    flows: Mapping[str, Flow]  #: by channel; only those that accepted something


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is not final in one channel. What is due is in nobody's hand, though its time has
    come."""

    waiting: Mapping[Wait, int]
    sending: int  #: begun, or about to be
    due: int
    due_since: datetime | None  #: when the one that is due longest came due

    @property
    def count(self) -> int:
        return sum(self.waiting.values()) + self.sending


NO_BACKLOG = Backlog(waiting={}, sending=0, due=0, due_since=None)


def place_of(percentile: int, count: int) -> int:
    """Counted from 1, by the nearest rank: no figure is made up between two measured ones."""
    return -(-count * percentile // 100)
