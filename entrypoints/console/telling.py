"""How is the story of a notification told to somebody who has only a complaint?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.notification_history import Chapter
from domain.circuit import Circuit
from domain.dead_letter import DeadLetter
from domain.failure import Failure
from domain.move import Move
from domain.notification import Notification
from domain.pause import Pause
from domain.repeat import Repeat, Sighting
from domain.status import Status, Wait
from entrypoints.console.reasons import why
from entrypoints.following import Happening, happenings
from entrypoints.settings import Settings
from entrypoints.terminal.coming import what_a_dead_letter_needs, what_comes_next
from entrypoints.terminal.story import is_forgetting, what_became, what_happened
from entrypoints.terminal.waits import waited_for
from entrypoints.terminal.words import duration, moment, span


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened. `tone` is well, ill, doubt, wait or plain."""

    at: datetime
    after: str
    what: str
    tone: str = "plain"
    by: str = ""
    words: str = ""
    rule: str = ""
    waits: str = ""
    dead_letter: DeadLetter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A chapter as a page has it. `why` is the answer; `coming` what happens next, and
    `is_by_itself` whether nobody has to do anything for that."""

    notification: Notification
    tone: str
    why: str
    words: str
    coming: str | None
    is_by_itself: bool
    lines: Sequence[Line]
    open_letter: DeadLetter | None
    can_be_resolved: bool


_TONES = {
    Status.PENDING: "wait",
    Status.SENDING: "plain",
    Status.RETRYING: "wait",
    Status.UNCERTAIN: "doubt",
    Status.SENT: "well",
    Status.DELIVERED: "well",
    Status.FAILED: "ill",
}


#: What does not end by itself.
_BY_SOMEBODY = (Wait.PAUSE, Wait.PERSON)
_LATE = timedelta(minutes=1)


def told(
    chapter: Chapter,
    story: Sequence[Chapter],
    settings: Settings,
    *,
    pause: Pause | None,
    circuit: Circuit | None,
    now: datetime,
) -> Told:
    """`pause` and `circuit` are its lane's."""
    notification = chapter.notification
    is_down = notification.waiting_for is Wait.CIRCUIT and circuit is not None
    letter = _open_letter(chapter)
    return Told(
        notification=notification,
        tone=_TONES[notification.status],
        why=why(notification, settings, circuit=circuit, now=now),
        words=(circuit.words if is_down and circuit else "") or _last_words(chapter),
        coming=_coming(chapter, story, letter, pause, now, settings.allowed_attempts),
        is_by_itself=_goes_on_by_itself(notification, pause, now),
        lines=[_line(each, notification.accepted_at) for each in happenings(chapter)],
        open_letter=letter,
        can_be_resolved=notification.status is Status.UNCERTAIN,
    )


def _last_words(chapter: Chapter) -> str:
    """The latest that a provider, or whoever decided, has said."""
    for move in reversed(chapter.trail):
        if move.words and not is_forgetting(move):
            return move.words
        if move.generation != chapter.notification.generation:
            break
    return ""


def _open_letter(chapter: Chapter) -> DeadLetter | None:
    for letter in chapter.dead_letters:
        is_latest = letter.generation == chapter.notification.generation
        if is_latest and letter.settlement is None:
            return letter
    return None


def _coming(
    chapter: Chapter,
    story: Sequence[Chapter],
    letter: DeadLetter | None,
    pause: Pause | None,
    now: datetime,
    attempts: int,
) -> str | None:
    """In the words of the terminal, but for what is done here by a button."""
    notification = chapter.notification
    due_at = notification.due_at
    if notification.status is Status.FAILED and notification.failure is not Failure.INVALID:
        return what_a_dead_letter_needs(letter.reason) if letter else None
    if notification.waiting_for is Wait.PERSON and due_at is not None:
        ends = f"at {moment(due_at, now)}, in {span(due_at - now)}" if due_at > now else "now"
        return f"somebody says what became of it; else it fails {ends}"
    if due_at is not None and due_at <= now and pause is None:
        ends = "fails, as it has expired," if notification.has_expired(now) else "goes on"
        return f"its time has come: it {ends} as soon as a worker takes it up"
    return what_comes_next(chapter, story, now, attempts=attempts, pause=pause)


def _goes_on_by_itself(notification: Notification, pause: Pause | None, now: datetime) -> bool:
    """Unless it is due already for so long that nobody seems to work."""
    if notification.status.is_final or notification.waiting_for in _BY_SOMEBODY or pause:
        return False
    return notification.due_at is None or now - notification.due_at < _LATE


def _line(happening: Happening, accepted_at: datetime) -> Line:
    at, after = happening.at, f"+{duration(happening.at - accepted_at)}"
    match happening.what:
        case Move() as move:
            return _move(move, happening.notification, after)
        case Sighting(kind=kind):
            tone = "ill" if kind is Repeat.CONFLICT else "plain"
            return Line(at=at, after=after, what=what_happened(happening).plain, tone=tone)
        case DeadLetter() as letter:
            what = what_happened(happening).plain
            return Line(at=at, after=after, what=what, tone="ill", dead_letter=letter)


def _move(move: Move, notification: Notification, after: str) -> Line:
    return Line(
        at=move.at,
        after=after,
        what=what_became(move),
        tone=_TONES[move.status],
        by=move.by,
        words="" if is_forgetting(move) else move.words,
        rule=move.rule,
        waits=waited_for(notification, move) or "",
    )
