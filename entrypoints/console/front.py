"""How does it go, and what needs somebody?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from starlette.responses import Response

from application.statistics import Statistics
from domain.status import Status, Wait
from entrypoints.channels import CHANNELS
from entrypoints.console.overseen import Overview
from entrypoints.console.pages import link
from entrypoints.console.pictures import latency, throughput
from entrypoints.console.reasons import is_down
from entrypoints.console.visit import Visit
from entrypoints.console.wording import count
from entrypoints.shapes import Shape
from entrypoints.terminal.pauses import a_pause
from entrypoints.terminal.words import about

#: How long, in slots of what length, and what a slot is called.
_SPANS = {
    "hour": (timedelta(hours=1), timedelta(minutes=1), "minute"),
    "day": (timedelta(days=1), timedelta(minutes=30), "half hour"),
}
#: Who is late is not called for before this.
_LATE = timedelta(minutes=1)


class Wanted(Shape, frozen=True, kw_only=True):
    span: Literal["hour", "day"] = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What somebody ought to look at. `tone` is ill or wait."""

    tone: str
    words: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    wait: Wait
    count: int
    oldest_at: datetime


async def show(visit: Visit) -> Response:
    wanted = visit.query(Wanted)
    span, each, called = _SPANS[wanted.span]
    overview = await visit.house.overseen.overview(span, each=each)
    return visit.show(
        "front.html",
        wanted=wanted,
        overview=overview,
        throughput=throughput(overview.pace, overview.slots, called),
        latency=latency(overview.pace, overview.slots),
        per=called,
        concerns=list(_concerns(overview, visit.now)),
        held=_held(overview.statistics),
        statuses=_statuses(overview.statistics),
        channels=CHANNELS,
        dead_letters=sorted(overview.dead_letters.items(), key=lambda each: -each[1]),
    )


def _held(statistics: Statistics) -> Sequence[Held]:
    """The one that waits longest first."""
    counts: Counter[Wait] = Counter()
    for each, number in statistics.tally.items():
        if each.waiting_for is not None:
            counts[each.waiting_for] += number
    held = [
        Held(wait=wait, count=counts[wait], oldest_at=oldest_at)
        for wait, oldest_at in statistics.oldest.items()
    ]
    return sorted(held, key=lambda each: each.oldest_at)


def _statuses(statistics: Statistics) -> Sequence[tuple[Status, Sequence[int]]]:
    """Those that there are, with a number for each channel."""
    counts: Counter[tuple[Status, str]] = Counter()
    for each, number in statistics.tally.items():
        counts[each.status, each.channel] += number
    rows = [(status, [counts[status, channel] for channel in CHANNELS]) for status in Status]
    return [(status, row) for status, row in rows if any(row)]


def _concerns(overview: Overview, now: datetime) -> Iterator[Concern]:
    held = {each.wait: each for each in _held(overview.statistics)}
    down = {
        each.channel: each.circuit
        for each in overview.lanes
        if each.circuit is not None and each.circuit.is_open
    }
    for channel, circuit in down.items():
        yield Concern(
            tone="ill",
            words=f"The {channel} provider is {is_down(circuit, now)}; "
            "nothing is handed over to it",
            path=link("/notifications", channel=channel, waiting=Wait.CIRCUIT),
        )
    if overview.unread is None:
        words = "The stream cannot be asked; what is published is not read, or cannot be counted"
        yield Concern(tone="ill", words=words, path="/health/ready")
    for each in overview.lanes:
        if each.pause is not None:
            words = f"The {each.channel} lane is {a_pause(each.pause, now)}"
            yield Concern(tone="wait", words=words, path="/lanes")
    if Wait.CIRCUIT in held and not down:
        words = f"{count(held[Wait.CIRCUIT].count)} held, as a provider is or was down"
        yield Concern(tone="ill", words=words, path=link("/notifications", waiting=Wait.CIRCUIT))
    if Wait.PERSON in held:
        number = held[Wait.PERSON].count
        words = (
            f"{count(number)} may have arrived, and wait{'s' * (number == 1)} for somebody to say"
        )
        yield Concern(tone="wait", words=words, path=link("/notifications", waiting=Wait.PERSON))
    if (turn := held.get(Wait.TURN)) is not None and now - turn.oldest_at > _LATE:
        words = f"What waits for its turn has waited for {about(now - turn.oldest_at)}; "
        words += "does anything work?"
        yield Concern(tone="ill", words=words, path=link("/notifications", waiting=Wait.TURN))
    if letters := sum(overview.dead_letters.values()):
        words = f"{count(letters)} dead letter{'s' * (letters != 1)} that nobody has settled"
        yield Concern(tone="wait", words=words, path="/dead-letters")
