"""How is the story of a notification told to somebody who has only a complaint?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.notification_history import Chapter
from domain.dead_letter import DeadLetter
from domain.failure import Failure
from domain.move import Move
from domain.notification import Notification
from domain.pause import Pause
from domain.repeat import Repeat, Sighting
from domain.status import Status, Wait
from entrypoints.console.wording import about
from entrypoints.following import Happening, happenings
from entrypoints.settings import Settings
from entrypoints.terminal.coming import what_comes_next
from entrypoints.terminal.story import is_forgetting, what_became, what_happened
from entrypoints.terminal.waits import waits_for
from entrypoints.terminal.words import duration, instant


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
    """A chapter as a page has it. `why` is the answer; `coming` what happens by itself."""

    notification: Notification
    tone: str
    why: str
    words: str
    coming: str | None
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

_FAILED = {
    Failure.REJECTED: "It was not sent: the provider refused it for good.",
    Failure.EXHAUSTED: "It was not sent: the provider put it off at every attempt, and no more "
    "attempts are allowed.",
    Failure.EXPIRED: "It was not sent: its time had passed before a provider took it.",
    Failure.INVALID: "It was not sent: what its producer gave is no address.",
    Failure.UNDELIVERED: "It did not arrive: the provider took it, and said so later.",
    Failure.UNRESOLVED: "It may have arrived: contact with the provider was lost while it was "
    "handed over, and nobody found out.",
    Failure.POISON: "It was not sent: workers broke down with it, so it was put aside.",
}

_WAITS = {
    Wait.TURN: "It is not sent yet: it waits for its turn.",
    Wait.CIRCUIT: "It is not sent yet: its provider is down, so nothing is handed over on this "
    "channel until a trial shows that it is up again. That costs no attempt.",
    Wait.PAUSE: "It is not sent yet: somebody has paused its lane, so nothing is handed over on "
    "this channel until it is resumed.",
    Wait.SCHEDULE: "It is not sent yet: its producer asked for it to be sent later.",
    Wait.BACKOFF: "It is not sent yet: the provider was busy and put it off. It is tried again "
    "by itself.",
    Wait.ANSWER: "It may have arrived: contact was lost while it was handed over. The provider "
    "is asked.",
    Wait.RECEIPT: "It may have arrived: contact was lost while it was handed over. The "
    "provider's later word is waited for.",
    Wait.PERSON: "It may have arrived: contact was lost while it was handed over, and the "
    "provider cannot say. Somebody has to.",
}
#: By whether it is an email.
_TAKEN = {
    True: "The provider took it. Whether it reached the recipient, the provider has not said: look "
    "in the spam folder, or ask the provider by its own id, under Details.",
    False: "The provider took it. Whether it reached the recipient, the provider has not said: ask "
    "the provider by its own id, under Details.",
}
_UNCERTAIN = "It may have arrived: contact was lost while it was handed over."


def told(
    chapter: Chapter,
    story: Sequence[Chapter],
    settings: Settings,
    *,
    pause: Pause | None,
    now: datetime,
) -> Told:
    """`pause` is its lane's."""
    notification = chapter.notification
    letter = _open_letter(chapter)
    return Told(
        notification=notification,
        tone=_TONES[notification.status],
        why=_why(notification, settings),
        words=_last_words(chapter),
        coming=_coming(chapter, story, letter, pause, now),
        lines=[_line(each, notification.accepted_at) for each in happenings(chapter)],
        open_letter=letter,
        can_be_resolved=notification.status is Status.UNCERTAIN,
    )


def _why(notification: Notification, settings: Settings) -> str:
    match notification.status:
        case Status.FAILED:
            assert notification.failure is not None
            return _FAILED[notification.failure]
        case Status.SENT:
            return _TAKEN[notification.channel == "email"]
        case Status.DELIVERED:
            return "It arrived, says the provider."
        case Status.SENDING:
            return "It is being handed over to the provider right now."
    wait = notification.waiting_for
    if wait is Wait.RATE:
        return _rate(notification, settings)
    if notification.status is Status.UNCERTAIN and wait not in _WAITS:
        return _UNCERTAIN
    return _WAITS.get(wait, "It waits.") if wait is not None else "It waits."


def _rate(notification: Notification, settings: Settings) -> str:
    is_email = notification.channel == "email"
    most = settings.rate_limit_email if is_email else settings.rate_limit_sms
    window = about(timedelta(seconds=settings.rate_limit_window))
    each = "address" if is_email else "number"
    return (
        f"It is not sent yet: the rate rule holds it. One {each} is sent at most {most} in "
        f"{window}, and this one has had them. It goes out by itself, in order."
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
) -> str | None:
    """In the words of the terminal, but for what is done here by a button."""
    notification = chapter.notification
    due_at = notification.due_at
    if notification.status is Status.FAILED and notification.failure is not Failure.INVALID:
        return "nothing by itself; a replay gives it another life" if letter else None
    if notification.waiting_for is Wait.PERSON and due_at is not None:
        ends = f"{instant(due_at)} UTC, in {duration(due_at - now)}" if due_at > now else "now"
        return f"somebody says what became of it; else it fails at {ends}"
    return what_comes_next(chapter, story, now, pause)


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
        waits=waits_for(notification, move, move.at) or "",
    )
