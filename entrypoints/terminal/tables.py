"""How are many notifications, or their counts, shown on a terminal?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from application.statistics import Tally
from domain.dead_letter import DeadLetterOutline
from domain.outline import Outline
from domain.status import Status
from entrypoints.masking import shown_address
from entrypoints.terminal.lines import Stripped
from entrypoints.terminal.story import STYLES
from entrypoints.terminal.waits import waits_in_a_list
from entrypoints.terminal.words import instant, plain


def print_notifications(
    console: Console, notifications: Sequence[Outline], *, reveal: bool = False
) -> None:
    """A line for each, and below it why it is not simply sent: readable at any width."""
    rows = [_row(each, reveal=reveal) for each in notifications]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for notification, row in zip(notifications, rows, strict=True):
        cells = [f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=True)]
        line = Text.assemble(
            (cells[0], "dim"),
            (cells[1], STYLES[notification.last_move.status]),
            *cells[2:-1],
            row[-1],
        )
        console.print(line, soft_wrap=True)
        if why := why_not_simply_sent(notification):
            console.print(Stripped(Padding(Text(why, style="dim"), (0, 0, 0, len(cells[0])))))


def _row(notification: Outline, *, reveal: bool) -> tuple[str, ...]:
    address = notification.recipient.address
    return (
        instant(notification.accepted_at),
        notification.last_move.status,
        notification.channel,
        plain(shown_address(address, reveal=reveal)),
        plain(notification.event_id),
    )


def why_not_simply_sent(notification: Outline, now: datetime | None = None) -> str:
    last = notification.last_move
    if last.failure is not None:
        return f"{last.failure}: {plain(last.words)}" if last.words else last.failure
    if (waits := waits_in_a_list(notification, now)) is not None:
        return waits
    if last.attempt > 1:
        return f"{last.attempt} attempts"
    return ""


def unreadable_table(dead_letters: Sequence[DeadLetterOutline]) -> RenderableType:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title="Unreadable records", title_justify="left"
    )
    for column in ("seen (UTC)", "position", "what is wrong"):
        table.add_column(column, overflow="fold")
    for letter in dead_letters:
        table.add_row(instant(letter.failed_at), str(letter.position), plain(letter.error))
    return Stripped(table)


def counts_table(tally: Mapping[Tally, int], unreadable: int) -> Table:
    """A row per status, a column per channel."""
    channels = sorted({each.channel for each in tally})
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("status")
    for channel in channels:
        table.add_column(channel, justify="right")
    counts: Counter[tuple[Status, str]] = Counter()
    for each, count in tally.items():
        counts[each.status, each.channel] += count
    for status in Status:
        row = [counts[status, channel] for channel in channels]
        if any(row):
            table.add_row(Text(status, style=STYLES[status]), *(str(count) for count in row))
    if unreadable:
        table.add_row("unreadable record", str(unreadable), style="red")
    return table
