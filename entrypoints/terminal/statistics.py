"""How is it shown on a terminal how things go?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from application.statistics import PERCENTILES, Flow, Statistics
from domain.status import Status
from entrypoints.terminal.story import STYLES
from entrypoints.terminal.waits import A_WAIT
from entrypoints.terminal.words import duration, plain

_BAR = 16  # letters; the widest table has 80 with it


def print_statistics(
    console: Console,
    statistics: Statistics,
    dead_letters: Mapping[str, int],
    *,
    last: str,
    now: datetime,
) -> None:
    letter = "#" if console.options.ascii_only else "█"
    if not statistics.tally and not dead_letters:
        console.print("Nothing has been accepted yet.")
        return
    console.print(_statuses(statistics, letter))
    if statistics.oldest:
        console.print(_waits(statistics, letter, now))
    if dead_letters:
        console.print(_dead_letters(dead_letters, letter))
    when = "ever" if last == "all" else f"in the last {last}"
    if statistics.flows:
        console.print(_flows(statistics.flows, when))
    else:
        console.print(f"Nothing was accepted {when}.")


def _table(title: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if column and place else "left", no_wrap=True)
    return table


def _bar(count: int, of: Iterable[int], letter: str) -> str:
    """Beside the longest; what there is can be seen, however little."""
    return letter * max(round(_BAR * count / max(of)), count > 0)


def _statuses(statistics: Statistics, letter: str) -> Table:
    channels = sorted({each.channel for each in statistics.tally})
    counts: Counter[tuple[Status, str]] = Counter()
    for each, count in statistics.tally.items():
        counts[each.status, each.channel] += count
    totals = {status: sum(counts[status, each] for each in channels) for status in Status}
    table = _table("All notifications", "status", *channels, "")
    for status, total in totals.items():
        if total:
            cells = (f"{counts[status, channel]:,}" for channel in channels)
            bar = _bar(total, totals.values(), letter)
            table.add_row(Text(status, style=STYLES[status]), *cells, bar)
    return table


def _waits(statistics: Statistics, letter: str, now: datetime) -> Table:
    counts = {
        wait: sum(n for each, n in statistics.tally.items() if each.waiting_for is wait)
        for wait in statistics.oldest
    }
    table = _table("Waiting", "for", "notifications", "oldest accepted", "")
    for wait, accepted_at in sorted(statistics.oldest.items(), key=lambda each: each[1]):
        table.add_row(
            A_WAIT[wait],
            f"{counts[wait]:,}",
            f"{duration(now - accepted_at)} ago",
            _bar(counts[wait], counts.values(), letter),
        )
    return table


def _dead_letters(counts: Mapping[str, int], letter: str) -> Table:
    table = _table("Open dead letters", "reason", "dead letters", "")
    for reason, count in sorted(counts.items(), key=lambda each: -each[1]):
        table.add_row(plain(reason), f"{count:,}", _bar(count, counts.values(), letter))
    return table


def _flows(flows: Mapping[str, Flow], when: str) -> Table:
    title = f"Accepted {when}; the times are from the event until it was sent"
    names = (f"p{percentile}" for percentile in PERCENTILES)
    table = _table(title, "channel", "accepted", "retried", "failed", *names)
    for channel, flow in sorted(flows.items()):
        times = flow.time_to_sent
        table.add_row(
            plain(channel),
            f"{flow.accepted:,}",
            _share(flow.retry_rate),
            _share(flow.error_rate),
            *(duration(times[each]) if each in times else "-" for each in PERCENTILES),
        )
    return table


def _share(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"
