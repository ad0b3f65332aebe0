"""How is the story of an event told on a terminal?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from application.ports.notification_history import Chapter
from domain.dead_letter import DeadLetter
from domain.event import Event
from domain.move import Move
from domain.notification import Notification
from domain.pause import Pause
from domain.repeat import Repeat, Sighting
from domain.status import Status, Wait
from entrypoints.following import Happening, happenings
from entrypoints.masking import shown_address
from entrypoints.terminal.coming import what_comes_next
from entrypoints.terminal.waits import waited_for
from entrypoints.terminal.words import duration, instant, plain, when

STYLES = {
    Status.PENDING: "yellow",
    Status.SENDING: "cyan",
    Status.RETRYING: "yellow",
    Status.UNCERTAIN: "magenta",
    Status.SENT: "green",
    Status.DELIVERED: "bold green",
    Status.FAILED: "red",
}

_BY_STATUS = {
    Status.PENDING: "put back",
    Status.SENDING: "attempt {move.attempt} begun",
    Status.RETRYING: "attempt {move.attempt} deferred",
    Status.UNCERTAIN: "outcome unknown: the provider may have it",
    Status.SENT: "attempt {move.attempt} taken by the provider",
    Status.DELIVERED: "arrived",
    Status.FAILED: "failed: {move.failure}",
}
#: What stood in for a provider, by its rule.
_TAKEN_BY = {
    "outbox": "attempt {move.attempt} written to the outbox",
    "simulated:taken": "attempt {move.attempt} taken by a simulated recipient",
    "null": "attempt {move.attempt} dropped, as the settings said",
}
#: Where the way it came by makes a difference.
_BY_WAY = {
    (None, Status.PENDING): "accepted",
    (None, Status.SENDING): "accepted, attempt {move.attempt} begun",
    (None, Status.FAILED): "accepted, but failed: {move.failure}",
    (Status.FAILED, Status.PENDING): "replayed, as generation {move.generation}",
    (Status.UNCERTAIN, Status.SENT): "the provider has it",
}


def print_story(
    console: Console,
    chapters: Sequence[Chapter],
    *,
    now: datetime,
    reveal: bool,
    attempts: int,
    paused: Mapping[str, Pause],
) -> None:
    """`attempts` are those allowed."""
    console.print(title(chapters[0].notification.event))
    for chapter in chapters:
        pause = paused.get(chapter.notification.channel)
        coming = what_comes_next(chapter, chapters, now, attempts=attempts, pause=pause)
        console.print()
        console.print(_chapter(chapter, coming, reveal=reveal))


def title(event: Event) -> Text:
    text = Text.assemble(
        ("Event ", "bold"),
        (plain(event.id), "bold cyan"),
        f"  {plain(event.message_type) or 'plain message'}, occurred "
        f"{instant(event.occurred_at)} UTC",
    )
    wishes = (("not to be sent before", event.send_at), ("expires", event.expires_at))
    said = [f"{wish} {instant(at)} UTC" for wish, at in wishes if at is not None]
    return text.append(f"\n  {'; '.join(said)}") if said else text


def _chapter(chapter: Chapter, coming: str | None, *, reveal: bool) -> RenderableType:
    notification = chapter.notification
    table = Table(box=None, show_header=True, header_style="dim", pad_edge=False)
    table.add_column("time (UTC)", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True, style="dim")
    table.add_column("what happened", overflow="fold")
    for each in happenings(chapter):
        after = duration(each.at - notification.accepted_at)
        table.add_row(when(each.at, notification.accepted_at), f"+{after}", what_happened(each))
    parts: list[RenderableType] = [head(notification, reveal=reveal), Padding(table, (0, 0, 0, 2))]
    if coming is not None:
        parts.append(Padding(Text(f"Next: {coming}", style="bold"), (0, 0, 0, 2)))
    return Group(*parts)


def head(notification: Notification, *, reveal: bool) -> Text:
    address = notification.recipient.address
    return Text.assemble(
        (notification.channel, "bold"),
        f" to {plain(shown_address(address, reveal=reveal))}: ",
        (notification.status, f"bold {STYLES[notification.status]}"),
        _ending(notification),
        "; its expiry was set aside" * (notification.expires_at != notification.event.expires_at),
    )


def _ending(notification: Notification) -> str:
    after = duration(notification.since - notification.accepted_at)
    attempts = f"{notification.attempt} attempt{'s' * (notification.attempt != 1)}"
    if notification.failure is not None:
        return f" ({notification.failure}) after {attempts}"
    if notification.status in (Status.SENT, Status.DELIVERED):
        return f" after {attempts}, {after} after it was accepted"
    return f", {attempts} so far"


def what_happened(happening: Happening) -> Text:
    match happening.what:
        case Move() as move:
            return _move(move, happening.notification)
        case Sighting() as sighting:
            return _sighting(sighting)
        case DeadLetter() as letter:
            return Text(f"dead letter kept: {letter.reason}", style="red")


def _move(move: Move, notification: Notification) -> Text:
    text = Text(what_became(move), style=STYLES[move.status] if move.status.is_final else "")
    if move.came_from is None:
        text.append(f" (from {notification.origin})", style="dim")
    if not move.by.startswith(f"{notification.channel}@"):
        text.append(f" by {plain(move.by)}")
    if move.words and not is_forgetting(move):
        text.append(f": “{plain(move.words)}”")
    if move.rule:
        text.append(f" [rule {plain(move.rule)}]", style="dim")
    if (waits := waited_for(notification, move)) is not None:
        text.append(f"; {waits}", style="yellow")
    return text


def what_became(move: Move) -> str:
    words = _BY_WAY.get((move.came_from, move.status)) or _BY_STATUS[move.status]
    if is_forgetting(move):
        words = "forgotten: for whom it was and what it said is erased"
    elif move.came_from is move.status:
        words = "not sent yet"
    elif move.status is Status.SENT:
        words = _TAKEN_BY.get(move.rule, words)
    elif move.status is Status.RETRYING and move.waiting_for is not Wait.BACKOFF:
        words = "put back"
    return words.format(move=move)


def is_forgetting(move: Move) -> bool:
    """No other line of what is final stays where it was."""
    return move.status.is_final and move.came_from is move.status


def _sighting(sighting: Sighting) -> Text:
    where = f"(at {sighting.position})"
    if sighting.kind is Repeat.CONFLICT:
        return Text(
            f"conflict: other content came under the same id, and was not told {where}", "red"
        )
    return Text(f"duplicate: the producer sent it again; not told again {where}", "dim")
