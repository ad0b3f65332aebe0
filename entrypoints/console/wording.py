"""How are instants, counts and states written for somebody who reads a page?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from markupsafe import Markup, escape

from domain.status import Status, Wait
from entrypoints.console.reasons import is_down, why_dead
from entrypoints.masking import shown_address
from entrypoints.terminal.coming import what_a_dead_letter_needs
from entrypoints.terminal.tables import why_not_simply_sent
from entrypoints.terminal.waits import A_WAIT
from entrypoints.terminal.words import about, duration, instant, plain, span

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


def time(at: datetime, now: datetime) -> Markup:
    """The date is left out if it is today's, and stands in the title."""
    words = f"{at:%H:%M:%S}" if at.date() == now.date() else instant(at)
    whole = f"{instant(at)} UTC"
    element = Markup('<time datetime="{}" title="{}">{}</time>')
    return element.format(at.isoformat(), whole, words)


def ago(at: datetime, now: datetime) -> str:
    if at > now:
        return f"in {about(at - now)}"
    return f"{about(now - at)} ago"


def count(number: int) -> str:
    return f"{number:,}"


def share(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def lines(text: str) -> Markup:
    """As it was written, line by line, with nothing in it that a browser would obey."""
    return Markup("\n").join(escape(plain(line)) for line in text.splitlines())


def said(text: str) -> Markup:
    """A provider's words, or a person's, in which addresses were masked before they were kept."""
    masked = Markup('<abbr title="an address or a number, masked before it was kept">***</abbr>')
    return Markup("{}").format(masked.join(escape(each) for each in plain(text).split("***")))


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
    "said": said,
    "span": span,
    "is_down": is_down,
    "why_dead": why_dead,
    "dead_letter_needs": what_a_dead_letter_needs,
    "wait": wait,
    "address": shown_address,
    "why": why_not_simply_sent,
}
