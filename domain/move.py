"""What does the audit trail say of one step in the life of a notification?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.failure import Failure
from domain.status import Status, Wait


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
