"""Which instant does somebody mean?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(rf"(\d+) ?([{''.join(_UNITS)}])(?: ago)?", re.ASCII)
_WANTED = "want an instant as 2026-03-01T12:00 (UTC, unless it says +02:00), or as 30m, 2h, 7d ago"


def read_instant(text: str, *, now: datetime) -> datetime:
    """ISO 8601, in UTC unless it says otherwise, or so long before now.

    Raises ValueError, which says what is wanted.
    """
    text = text.strip()
    try:
        if ago := _AGO.fullmatch(text):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(_WANTED) from error
