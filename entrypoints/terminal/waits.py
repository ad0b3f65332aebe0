"""In what words is it said what a notification waits for?"""

from __future__ import annotations

from datetime import datetime

from domain.move import Move
from domain.notification import Notification
from domain.status import Wait
from entrypoints.terminal.words import when

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

#: The instant follows.
_UNTIL = {
    Wait.TURN: "waits for its turn at",
    Wait.RATE: "held by the rate rule until",
    Wait.CIRCUIT: "held, as its provider is down, until",
    Wait.PAUSE: "held, as its lane is paused, until",
    Wait.SCHEDULE: "not to be sent before",
    Wait.BACKOFF: "next try at",
    Wait.ANSWER: "its provider is asked whether it has it at",
    Wait.RECEIPT: "waits for a receipt until",
    Wait.PERSON: "waits for a person to say what became of it until",
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


def waits_for(notification: Notification, move: Move, now: datetime) -> str | None:
    """What that line of its trail says; None: it waits for nothing."""
    if move.due_at is None or move.waiting_for is None:
        return None
    if move.due_at <= now and move.waiting_for in _AT_ONCE:
        return _AT_ONCE[move.waiting_for]
    if notification.expires_first(move):
        return f"{_TOO_LATE[move.waiting_for]}, but expires first, at {when(move.due_at, now)}"
    return f"{_UNTIL[move.waiting_for]} {when(move.due_at, now)}"
