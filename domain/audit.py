"""Who looked at what, or acted, beside the moves of notifications?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    LANE_PAUSED = "lane paused"
    LANE_RESUMED = "lane resumed"
    PERSONAL_DATA_READ = "personal data read"
    PERSON_FORGOTTEN = "person forgotten"
    KEY_CREATED = "key created"
    KEY_REVOKED = "key revoked"
    SIGNED_IN = "signed in"
    DEAD_LETTERS_REPLAYED = "dead letters replayed"
    DEAD_LETTERS_DISCARDED = "dead letters discarded"
    NOTIFICATION_RESOLVED = "notification resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """`about` names an event, a key or a channel; neither it nor `words` holds personal data."""

    at: datetime
    by: str
    action: Action
    about: str
    words: str = ""
