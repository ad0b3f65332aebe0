"""In what words is it said what a notification waits for?"""

from __future__ import annotations

from datetime import datetime

from domain.move import Move
from domain.notification import Notification
from domain.outline import Outline
from domain.status import Wait
from entrypoints.terminal.words import instant, moment, span

#: As the end of a sentence.
A_WAIT = {
    Wait.TURN: "its turn",
    Wait.RATE: "the rate rule",
    Wait.CIRCUIT: "its provider",
    Wait.PAUSE: "its lane to be resumed",
    Wait.SCHEDULE: "its hour",
    Wait.BACKOFF: "the next try",
    Wait.ANSWER: "its provider's answer",
    Wait.RECEIPT: "a receipt",
    Wait.PERSON: "a person",
}

_UNTIL = {
    Wait.TURN: "waits for its turn at {at}",
    Wait.RATE: "held by the rate rule until {at} at the earliest",
    Wait.CIRCUIT: "its provider is down, and is tried again at {at}",
    Wait.PAUSE: "held, as its lane is paused, until {at}",
    Wait.SCHEDULE: "not to be sent before {at}",
    Wait.BACKOFF: "attempt {next} at {at}",
    Wait.ANSWER: "its provider is asked whether it has it at {at}",
    Wait.RECEIPT: "waits for a receipt until {at}",
    Wait.PERSON: "waits for a person to say what became of it until {at}",
}
#: Where that instant may not be the last word.
_ELSE = {
    Wait.RATE: "later if others for the same recipient go first",
    Wait.CIRCUIT: "if it is still down then, later",
}
_IN_A_LIST = {
    Wait.RATE: "waits for the rate rule until {at} at the earliest",
    Wait.CIRCUIT: "waits for its provider, which is down and is tried again at {at}",
    Wait.PAUSE: "waits for its lane to be resumed",  # until somebody says so
    Wait.BACKOFF: "waits for attempt {next}, at {at}",
}
#: What is due already.
_AT_ONCE = {
    Wait.TURN: "handed over next",
    Wait.ANSWER: "its provider is asked whether it has it",
    Wait.CIRCUIT: "goes on as soon as its provider is up",
    Wait.PAUSE: "held, as its lane is paused",
}
#: What comes only after its expiry, of all that is not uncertain.
_TOO_LATE = {
    Wait.TURN: "waits for its turn",
    Wait.RATE: "held by the rate rule",
    Wait.CIRCUIT: "held, as its provider is down",
    Wait.PAUSE: "held, as its lane is paused",
    Wait.SCHEDULE: "not to be sent yet",
    Wait.BACKOFF: "waits for the next try",
}


def waits_for(notification: Notification, now: datetime, *, attempts: int) -> str | None:
    """What it waits for now, of at most so many attempts; None: for nothing."""
    move = notification.last_move
    if move.due_at is None or move.waiting_for is None:
        return None
    at = f"{moment(move.due_at, now)}, in {span(move.due_at - now)}"
    if notification.expires_first(move):
        return _too_late(move.waiting_for, at)
    if move.due_at <= now and move.waiting_for in _AT_ONCE:
        return _AT_ONCE[move.waiting_for]
    if move.waiting_for is Wait.BACKOFF:
        return _next_attempt(move.attempt + 1, attempts, at)
    words = _UNTIL[move.waiting_for].format(at=at)
    return f"{words}; {_ELSE[move.waiting_for]}" if move.waiting_for in _ELSE else words


def waited_for(notification: Notification, move: Move) -> str | None:
    """What that line of its trail says, as it was then; None: it waited for nothing."""
    if move.due_at is None or move.waiting_for is None:
        return None
    if move.due_at <= move.at and move.waiting_for in _AT_ONCE:
        return _AT_ONCE[move.waiting_for]
    at = moment(move.due_at, move.at)
    if notification.expires_first(move):
        return _too_late(move.waiting_for, at)
    if move.waiting_for is Wait.CIRCUIT:  # only the first of many instants
        return _TOO_LATE[Wait.CIRCUIT]
    return _UNTIL[move.waiting_for].format(at=at, next=move.attempt + 1)


def waits_in_a_list(outline: Outline, now: datetime | None = None) -> str | None:
    """The date is left out if it is today's."""
    move = outline.last_move
    if move.due_at is None or move.waiting_for is None:
        return None
    at = instant(move.due_at) if now is None else moment(move.due_at, now)
    if move.waiting_for is not Wait.PAUSE and move.expires_first(outline.expires_at):
        return f"waits for {A_WAIT[move.waiting_for]}, but expires first, at {at}"
    usual = f"waits for {A_WAIT[move.waiting_for]} until {{at}}"
    return _IN_A_LIST.get(move.waiting_for, usual).format(at=at, next=move.attempt + 1)


def _too_late(wait: Wait, at: str) -> str:
    return f"{_TOO_LATE[wait]}, but expires first, at {at}"


def _next_attempt(number: int, attempts: int, at: str) -> str:
    if number >= attempts:
        words = f"attempt {number}, the last, at {at}; if that is put off too"
    else:
        words = f"attempt {number} of {attempts} at {at}; if all are put off"
    return f"{words}, it fails and becomes a dead letter"
