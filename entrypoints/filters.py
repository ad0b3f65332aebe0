"""Which dead letters, or which notifications, does somebody mean?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Filters(NamedTuple):
    """As options give them: light, so that the command line stays quick."""

    reason: str | None
    channel: str | None
    message_type: str | None
    event_id: str | None
    failed_from: datetime | None
    failed_before: datetime | None

    @property
    def name_nothing(self) -> bool:
        return all(value is None for value in self)


class Wanted(NamedTuple):
    """Notifications, as options give them."""

    status: str | None
    channel: str | None
    to: str | None
    message_type: str | None
    event_id: str | None
    waiting: str | None
    accepted_from: datetime | None
    accepted_before: datetime | None
