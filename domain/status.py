"""Where can a notification be in its life, what does it wait for, and where can it go?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    PENDING = "PENDING"  #: accepted and durable; its lane moves it on when it is due
    SENDING = "SENDING"  #: a worker has begun the hand-over, or is about to; until its lease ends
    RETRYING = "RETRYING"  #: the last attempt was deferred; tried again when it is due
    UNCERTAIN = "UNCERTAIN"  #: the provider may have it; its lane, or a person, finds out
    SENT = "SENT"  #: the provider took it; a receipt may move it on
    DELIVERED = "DELIVERED"  #: a receipt says that it arrived; nothing moves it on
    FAILED = "FAILED"  #: will not be tried again, unless an operator replays it

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.SENT, Status.DELIVERED, Status.FAILED})

#: The whole table: where each status leads. `None` is birth.
TRANSITIONS: Mapping[Status | None, frozenset[Status]] = {
    None: frozenset({Status.PENDING, Status.SENDING, Status.FAILED}),
    Status.PENDING: frozenset({Status.SENDING, Status.FAILED}),
    Status.SENDING: frozenset(
        {Status.SENT, Status.FAILED, Status.PENDING, Status.RETRYING, Status.UNCERTAIN}
    ),
    Status.RETRYING: frozenset({Status.SENDING, Status.FAILED}),
    Status.UNCERTAIN: frozenset({Status.SENDING, Status.SENT, Status.FAILED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.FAILED}),
    Status.DELIVERED: frozenset(),
    Status.FAILED: frozenset({Status.PENDING}),
}


class Wait(StrEnum):
    """What a notification waits for. Waiting costs no attempt."""

    TURN = "turn"  #: nothing but a free place in its lane
    RATE = "rate"  #: the rate rule for its recipient
    CIRCUIT = "circuit"  #: its provider, which is down
    PAUSE = "pause"  #: its lane, which somebody has paused
    SCHEDULE = "schedule"  #: the instant its producer asked for
    BACKOFF = "backoff"  #: the retry policy's delay after a deferred attempt
    ANSWER = "answer"  #: the provider's answer to "do you have it?"
    RECEIPT = "receipt"  #: the provider's later word
    PERSON = "person"  #: somebody who says what became of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    reason: Wait
    until: datetime
