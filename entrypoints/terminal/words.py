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


def moment(at: datetime, now: datetime) -> str:
    """For a sentence: with its date, if that is not today's."""
    return f"{at:%H:%M:%S} UTC" if at.date() == now.date() else f"{instant(at)} UTC"


def about(length: timedelta) -> str:
    """The one figure that matters, rounded: 40 s, 3 min, 2 h, 5 d."""
    seconds = length.total_seconds()
    for unit, most, name in ((1, 60, "s"), (60, 60, "min"), (3600, 24, "h")):
        if (count := int(seconds / unit + 0.5)) < most:
            return f"{count} {name}"
    return f"{int(seconds / 86_400 + 0.5)} d"


def span(length: timedelta) -> str:
    """For a sentence: 1 min, 1 min 14 s, 1 h 30 min; no part of a second, and no 0."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    words = duration(timedelta(seconds=seconds))
    whole, _, rest = words.rpartition(" 0 ")
    return whole if whole and rest.isalpha() else words


def duration(length: timedelta) -> str:
    """Two figures that matter: 12 ms, 3.1 s, 2 min 5 s, 1 h 30 min, 3 d 4 h."""
    seconds = length.total_seconds()
    if seconds < 0:
        return f"-{duration(-length)}"
    if round(seconds, 3) < 1:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    for unit, name, smaller, smaller_name in (
        (60, "min", 1, "s"),
        (3600, "h", 60, "min"),
        (86_400, "d", 3600, "h"),
    ):
        rounded = int(seconds / smaller + 0.5) * smaller
        if rounded < unit * 60 or unit == 86_400:
            whole, rest = divmod(rounded, unit)
            return f"{whole} {name} {rest // smaller} {smaller_name}"
    raise AssertionError("the table ends in days")


def plain(text: str) -> str:
    """Safe for a terminal: what is not printable is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
