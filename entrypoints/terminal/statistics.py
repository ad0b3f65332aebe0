"""How is it shown on a terminal how things go?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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


Cell = str | Text
#: In front of its cells, what its bar is as long as.
Row = tuple[int, Sequence[Cell]]


def _table(title: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if column and place else "left", no_wrap=True)
    return table


def _with_bars(title: str, columns: Sequence[str], rows: Sequence[Row], letter: str) -> Table:
    """A bar says how much it is beside the others: one row alone has none."""
    bars = len(rows) > 1
    longest = max(count for count, _ in rows)
    table = _table(title, *columns, *[""] * bars)
    for count, cells in rows:
        # What there is can be seen, however little.
        bar = letter * max(round(_BAR * count / longest), count > 0)
        table.add_row(*cells, *[bar] * bars)
    return table


def _statuses(statistics: Statistics, letter: str) -> Table:
    channels = sorted({each.channel for each in statistics.tally})
    counts: Counter[tuple[Status, str]] = Counter()
    for each, count in statistics.tally.items():
        counts[each.status, each.channel] += count
    rows: list[Row] = []
    for status in Status:
        of_each = [counts[status, channel] for channel in channels]
        if any(of_each):
            cells = [f"{count:,}" for count in of_each]
            rows.append((sum(of_each), [Text(status, style=STYLES[status]), *cells]))
    return _with_bars("All notifications", ["status", *channels], rows, letter)


def _waits(statistics: Statistics, letter: str, now: datetime) -> Table:
    counts = {
        wait: sum(n for each, n in statistics.tally.items() if each.waiting_for is wait)
        for wait in statistics.oldest
    }
    rows = [
        (counts[wait], [A_WAIT[wait], f"{counts[wait]:,}", f"{duration(now - accepted_at)} ago"])
        for wait, accepted_at in sorted(statistics.oldest.items(), key=lambda each: each[1])
    ]
    return _with_bars("Waiting", ["for", "notifications", "oldest accepted"], rows, letter)


def _dead_letters(counts: Mapping[str, int], letter: str) -> Table:
    rows = [
        (count, [plain(reason), f"{count:,}"])
        for reason, count in sorted(counts.items(), key=lambda each: -each[1])
    ]
    return _with_bars("Open dead letters", ["reason", "dead letters"], rows, letter)


def _flows(flows: Mapping[str, Flow], when: str) -> Table:
    title = f"Accepted {when}; the times are from event to sent"
    names = (f"p{percentile}" for percentile in PERCENTILES)
    table = _table(title, "", "accepted", "retried of\naccepted", "failed of\nsettled", *names)
    table.padding = (0, 1, 0, 0)  # so that even long times fit into 80 columns
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
