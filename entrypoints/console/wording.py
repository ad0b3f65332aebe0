"""How are instants, counts and states written for somebody who reads a page?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from domain.status import Status, Wait
from entrypoints.masking import shown_address
from entrypoints.terminal.tables import why_not_simply_sent
from entrypoints.terminal.waits import A_WAIT
from entrypoints.terminal.words import duration, instant, plain

#: A state is told by its word and its shape; colour only helps.
_SHAPES = {
    Status.PENDING: "◷",
    Status.SENDING: "→",
    Status.RETRYING: "↻",
    Status.UNCERTAIN: "?",
    Status.SENT: "✓",
    Status.DELIVERED: "✓✓",
    Status.FAILED: "✕",
}


def status(value: Status) -> Markup:
    words = Markup('<span class="status {}"><span aria-hidden="true">{}</span> {}</span>')
    return words.format(value.lower(), _SHAPES[value], value)


def time(at: datetime) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), instant(at))


def ago(at: datetime, now: datetime) -> str:
    if at > now:
        return f"in {about(at - now)}"
    return f"{about(now - at)} ago"


def about(length: timedelta) -> str:
    """One figure that matters: 40 s, 3 min, 2 h, 5 d."""
    seconds = length.total_seconds()
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds // unit:.0f} {name}"
    return f"{seconds:.0f} s"


def count(number: int) -> str:
    return f"{number:,}"


def share(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def lines(text: str) -> Markup:
    """As it was written, line by line, with nothing in it that a browser would obey."""
    return Markup("\n").join(escape(plain(line)) for line in text.splitlines())


def wait(value: Wait) -> str:
    return A_WAIT[value]


FILTERS: Mapping[str, Callable[..., object]] = {
    "status": status,
    "time": time,
    "ago": ago,
    "about": about,
    "duration": duration,
    "count": count,
    "share": share,
    "lines": lines,
    "wait": wait,
    "address": shown_address,
    "why": why_not_simply_sent,
}
