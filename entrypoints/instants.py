"""Which instant, or which span of time, does somebody mean?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(rf"(\d{{1,8}}) ?([{''.join(_UNITS)}])", re.ASCII)
_LONGEST = timedelta(days=36_525)
_WANTED = "want an instant as 2026-03-01T12:00 (UTC, unless it says +02:00), or as 30m, 2h, 7d ago"


def read_instant(text: str, *, now: datetime) -> datetime:
    """ISO 8601, in UTC unless it says otherwise, or so long before now.

    Raises ValueError, which says what is wanted.
    """
    text = text.strip()
    try:
        if _SPAN.fullmatch(ago := text.removesuffix(" ago")):
            return now - read_span(ago)
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(_WANTED) from error


def read_span(text: str) -> timedelta:
    """A hundred years at most. Raises ValueError, which says what is wanted."""
    found = _SPAN.fullmatch(text.strip())
    span = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if span is None or span > _LONGEST:
        raise ValueError("want a time as 90m, 24h, 7d or 2w")
    return span
