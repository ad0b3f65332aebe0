"""Which dead letters does somebody mean?"""

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
