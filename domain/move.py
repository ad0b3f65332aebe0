"""What does the audit trail say of one step in the life of a notification?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.failure import Failure
from domain.outcome import OutcomeKind
from domain.status import Status, Wait

_FAILED_BY = {
    Failure.REJECTED: OutcomeKind.REJECTED,
    Failure.EXHAUSTED: OutcomeKind.DEFERRED,
    Failure.EXPIRED: OutcomeKind.DEFERRED,
    Failure.POISON: OutcomeKind.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of the audit trail, numbered from 1. A hold comes from the status it stays in."""

    number: int
    at: datetime
    by: str
    came_from: Status | None
    status: Status
    generation: int
    attempt: int
    due_at: datetime | None = None
    waiting_for: Wait | None = None
    failure: Failure | None = None
    words: str = ""
    rule: str = ""

    def expires_first(self, expires_at: datetime | None) -> bool:
        """It is held until then: what it waits for is later."""
        if self.due_at is None or self.status is Status.UNCERTAIN:
            return False
        return self.due_at == expires_at

    @property
    def outcome(self) -> OutcomeKind | None:
        """Of the attempt that this step ends; None if it ends none, as where it was released.

        A worker that was lost leaves an unknown one.
        """
        if self.came_from is not Status.SENDING:
            return None
        if self.status is Status.SENT:
            return OutcomeKind.ACCEPTED
        if self.failure is not None:
            return _FAILED_BY.get(self.failure)
        if self.waiting_for is Wait.BACKOFF:
            return OutcomeKind.DEFERRED
        if not self.words:
            return None  # nobody answered anything
        if self.waiting_for is Wait.CIRCUIT:
            return OutcomeKind.PROVIDER_DOWN
        return OutcomeKind.UNKNOWN if self.status is Status.UNCERTAIN else None
