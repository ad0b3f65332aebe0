"""How are many notifications, or their counts, shown on a terminal?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from application.ports.notification_history import Tally
from domain.dead_letter import DeadLetter
from domain.notification import Notification
from domain.status import Status, Wait
from entrypoints.terminal.story import STYLES
from entrypoints.terminal.words import instant, masked_address, plain


_A_WAIT = {
    Wait.TURN: "its turn",
    Wait.RATE: "the rate rule",
    Wait.CIRCUIT: "its provider",
    Wait.SCHEDULE: "its hour",
    Wait.BACKOFF: "the next try",
    Wait.ANSWER: "its provider's answer",
    Wait.RECEIPT: "a receipt",
    Wait.PERSON: "a person",
}


def notifications_table(notifications: Sequence[Notification], *, reveal: bool = False) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    is_one_day = len({each.accepted_at.date() for each in notifications}) == 1
    table.add_column("accepted", no_wrap=True)
    table.add_column("event", overflow="fold", min_width=22)
    table.add_column("channel", no_wrap=True)
    table.add_column("recipient", overflow="fold", min_width=12)
    table.add_column("status", no_wrap=True)
    table.add_column("why", overflow="fold")
    for each in notifications:
        address = each.recipient.address
        table.add_row(
            f"{each.accepted_at:%H:%M:%S}" if is_one_day else instant(each.accepted_at),
            plain(each.event.id),
            each.channel,
            plain(address) if reveal else masked_address(address),
            Text(each.status, style=STYLES[each.status]),
            _why(each),
        )
    return table


def _why(notification: Notification) -> str:
    if notification.failure is not None:
        words = notification.last_move.words
        return f"{notification.failure}: {plain(words)}" if words else notification.failure
    if notification.due_at is not None and notification.waiting_for is not None:
        return f"waits for {_A_WAIT[notification.waiting_for]} until {instant(notification.due_at)}"
    if notification.attempt > 1:
        return f"{notification.attempt} attempts"
    return ""


def unreadable_table(dead_letters: Sequence[DeadLetter]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title="Unreadable records", title_justify="left"
    )
    for column in ("seen (UTC)", "position", "what is wrong"):
        table.add_column(column, overflow="fold")
    for letter in dead_letters:
        table.add_row(instant(letter.failed_at), str(letter.position), plain(letter.error))
    return table


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
