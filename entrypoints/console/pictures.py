"""How is the pace of the last hour or day drawn, as bars that a server can draw?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.statistics import Stretch
from entrypoints.channels import CHANNELS
from entrypoints.terminal.words import duration

HEIGHT = 100.0
_LEAST = 2.0  # of HEIGHT: what there is can be seen, however little


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`parts` stand on one another, from below: each from where it begins, and how high."""

    at: datetime
    words: str
    parts: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    bars: Sequence[Bar]
    most: str
    latest: str
    begin: str
    end: str


def throughput(stretches: Sequence[Stretch], slots: Sequence[datetime], per: str) -> Picture:
    """How many were accepted, one channel upon the other."""
    counts = {(each.begun_at, each.channel): each.accepted for each in stretches}
    rows = [[counts.get((at, channel), 0) for channel in CHANNELS] for at in slots]
    most = max(map(sum, rows), default=0)
    bars = [
        Bar(
            at=at,
            words=f"{_slot_name(at, slots)}: " + _listed(zip(CHANNELS, row, strict=True)),
            parts=_stacked(row, most),
        )
        for at, row in zip(slots, rows, strict=True)
    ]
    latest = sum(rows[-1]) if rows else 0
    return Picture(
        bars=bars,
        most=f"{most:,} a {per}",
        latest=f"{latest:,}",
        begin=_slot_name(slots[0], slots),
        end=_slot_name(slots[-1], slots),
    )


def latency(stretches: Sequence[Stretch], slots: Sequence[datetime]) -> Picture:
    """How long the slower channel took: the middle one of them, and on it up to the 95th of 100."""
    slowest: dict[datetime, Mapping[int, timedelta]] = {}
    for each in stretches:
        times = each.time_to_sent
        if times and times[95] >= slowest.get(each.begun_at, times)[95]:
            slowest[each.begun_at] = times
    most = max((times[95] for times in slowest.values()), default=timedelta())
    bars = [_time(at, _slot_name(at, slots), slowest.get(at), most) for at in slots]
    latest = [slowest[at] for at in slots if at in slowest]
    return Picture(
        bars=bars,
        most=duration(most),
        latest=duration(latest[-1][95]) if latest else "none",
        begin=_slot_name(slots[0], slots),
        end=_slot_name(slots[-1], slots),
    )


def _slot_name(at: datetime, slots: Sequence[datetime]) -> str:
    """With its day, where there are two."""
    days = {slots[0].date(), slots[-1].date()}
    return f"{at:%H:%M}" if len(days) == 1 else f"{at:%d %b %H:%M}"


def _time(at: datetime, name: str, times: Mapping[int, timedelta] | None, most: timedelta) -> Bar:
    if times is None:
        return Bar(at=at, words="", parts=())
    p50, p95 = times[50], times[95]
    return Bar(
        at=at,
        words=f"{name}: half within {duration(p50)}, 95 of 100 within {duration(p95)}",
        parts=_stacked([p50 / _tick(most), (p95 - p50) / _tick(most)], 1),
    )


def _tick(most: timedelta) -> timedelta:
    return most or timedelta(microseconds=1)


def _stacked(amounts: Sequence[float], most: float) -> Sequence[tuple[float, float]]:
    parts, top = [], HEIGHT
    for amount in amounts:
        height = max(HEIGHT * amount / most, _LEAST) if amount > 0 else 0.0
        top -= height
        parts.append((round(top, 1), round(height, 1)))
    return parts


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts)
