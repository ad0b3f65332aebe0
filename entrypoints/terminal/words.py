"""How are instants, durations and people written for somebody who reads a terminal?"""

from __future__ import annotations

from datetime import datetime, timedelta


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def clock_time(at: datetime) -> str:
    """Within one story the day is known."""
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}"


def when(at: datetime, now: datetime) -> str:
    """With its date, if that is not today's."""
    return clock_time(at) if at.date() == now.date() else f"{instant(at)} UTC"


def duration(length: timedelta) -> str:
    """Two figures that matter: 12 ms, 3.1 s, 2 min 5 s, 1 h 30 min, 3 d 4 h."""
    seconds = length.total_seconds()
    if seconds < 0:
        return f"-{duration(-length)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    for unit, name, smaller, smaller_name in (
        (60, "min", 1, "s"),
        (3600, "h", 60, "min"),
        (86_400, "d", 3600, "h"),
    ):
        if seconds < unit * 60 or unit == 86_400:
            whole, rest = divmod(int(seconds), unit)
            return f"{whole} {name} {rest // smaller} {smaller_name}"
    raise AssertionError("the table ends in days")


def plain(text: str) -> str:
    """Safe for a terminal: what is not printable is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
