"""What happens to a notification next, or what can a person do about it?"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime

from application.ports.notification_history import Chapter
from domain.dead_letter import UNREADABLE, DeadLetter
from domain.failure import Failure
from domain.notification import Notification
from domain.pause import Pause
from domain.status import Status, Wait
from entrypoints.terminal.pauses import a_pause, resuming
from entrypoints.terminal.waits import waits_for
from entrypoints.terminal.words import moment, span

#: Of a dead letter, by its reason.
_NEEDS: Mapping[str, str] = {
    UNREADABLE: "its producer has to publish it again, mended. A replay reads the same bytes once "
    "more: it helps only if what could not read them was mended",
    Failure.INVALID: "its producer has to publish it again with the right address, under a new id",
    Failure.REJECTED: "its producer has to publish it again, mended, under a new id. A replay "
    "helps only once the provider would no longer refuse it",
    Failure.EXHAUSTED: "a replay tries again, once the provider takes more",
    Failure.EXPIRED: "a replay can still send it, late",
    Failure.UNDELIVERED: "a replay sends it again, once the cause is mended",
    Failure.UNRESOLVED: "a replay sends it again, and the recipient may get it twice",
    Failure.WITHDRAWN: "its recipient was forgotten, so nobody is left to tell",
    Failure.POISON: "a replay tries again, once workers no longer break down with it",
}


def what_comes_next(
    chapter: Chapter,
    story: Sequence[Chapter],
    now: datetime,
    *,
    attempts: int,
    pause: Pause | None = None,
) -> str | None:
    """None: nothing, and nobody need do anything. `story` has the other channels' chapters;
    `attempts` are those allowed, and `pause` is its lane's."""
    notification = chapter.notification
    if notification.status is Status.FAILED:
        return _after_a_failure(notification, chapter.dead_letters, now)
    if notification.status is Status.SENDING:
        return "the provider's answer, or, if the worker is lost, a rescue within a minute"
    if notification.due_at is None:
        return None
    if notification.waiting_for is Wait.PERSON:
        ends = _when_due(notification.due_at, now)
        return f"`{_resolving(notification, story)}` says what became of it; else it fails {ends}"
    is_late = notification.has_expired(now) and notification.status is not Status.UNCERTAIN
    end = "fails, as it has expired, " * is_late
    if notification.due_at <= now:
        if pause is not None:
            return f"{end or 'goes on '}when its lane is resumed; it is {_paused(pause, now)}"
        return end + _when_due(notification.due_at, now)
    words = waits_for(notification, now, attempts=attempts)
    return words if pause is None else f"{words}; but its lane is {_paused(pause, now)}"


def _paused(pause: Pause, now: datetime) -> str:
    return f"{a_pause(pause, now)}; {resuming(pause)} ends it"


def _after_a_failure(
    notification: Notification, letters: Sequence[DeadLetter], now: datetime
) -> str | None:
    if notification.recipient.is_forgotten:
        return None
    if notification.failure is Failure.INVALID:
        words = "nothing; the address is none: publish it again with the right one"
        return f"{words}, under a new id"
    is_refused = notification.failure is Failure.REJECTED
    for letter in letters:
        if letter.generation == notification.generation and letter.settlement is None:
            anyway = " --ignore-expiry" * notification.has_expired(now)
            command = f"tidings dlq replay {letter.id}{anyway} --yes --why …"
            helps = ", once the provider would no longer refuse it" * is_refused
            return f"nothing by itself; `{command}` gives it another life{helps}"
    return None


def what_a_dead_letter_needs(reason: str) -> str:
    """Whoever it is told to: by what it may go on, and by what it does not."""
    return f"nothing by itself; {_NEEDS.get(reason, 'a replay gives it another life')}"


def _when_due(due_at: datetime, now: datetime) -> str:
    if due_at <= now:
        return "as soon as `tidings up` runs"
    return f"at {moment(due_at, now)}, in {span(due_at - now)}"


def _resolving(notification: Notification, story: Sequence[Chapter]) -> str:
    """The whole command, with the id as a shell takes it."""
    id_ = notification.event.id
    can_be_typed = id_.isprintable() and not id_.startswith("-")
    command = f"tidings resolve {shlex.quote(id_) if can_be_typed else notification.id}"
    uncertain = [each for each in story if each.notification.status is Status.UNCERTAIN]
    which = f" --channel {notification.channel}" * (len(uncertain) > 1 and can_be_typed)
    return f"{command} sent|resend|fail{which}"
