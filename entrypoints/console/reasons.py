"""Why has a notification not arrived, in a sentence that somebody can pass on?"""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.circuit import Circuit
from domain.dead_letter import UNREADABLE
from domain.failure import Failure
from domain.notification import Notification
from domain.status import Status, Wait
from entrypoints.settings import Settings
from entrypoints.terminal.words import moment, span

_FAILED = {
    Failure.REJECTED: "It was not sent: the provider refused it for good.",
    Failure.EXHAUSTED: "It was not sent: the provider put it off at every attempt, and no more "
    "attempts are allowed.",
    Failure.EXPIRED: "It was not sent: its time had passed before a provider took it.",
    Failure.INVALID: "It was not sent: what its producer gave is no address.",
    Failure.UNDELIVERED: "It did not arrive: the provider took it, and said so later.",
    Failure.UNRESOLVED: "It may have arrived: contact with the provider was lost while it was "
    "handed over, and nobody found out.",
    Failure.WITHDRAWN: "It is not sent any more: its recipient was forgotten while it waited.",
    Failure.POISON: "It was not sent: workers broke down with it, so it was put aside.",
}

_WAITS = {
    Wait.TURN: "It is not sent yet: it waits for its turn.",
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
#: By the rule of what stood in for a provider.
_NOT_IN_EARNEST = {
    "outbox": "No provider was asked: it was written to the outbox, as the settings said.",
    "simulated:taken": "No provider was asked: a simulated recipient took it.",
    "null": "No provider was asked: it was dropped, as the settings said.",
}
_DEAD = "It was not sent."
_UNCERTAIN = "It may have arrived: contact was lost while it was handed over."


def why(
    notification: Notification, settings: Settings, *, circuit: Circuit | None, now: datetime
) -> str:
    """`circuit` is its lane's; None if that works in another process."""
    match notification.status:
        case Status.FAILED:
            assert notification.failure is not None
            return _FAILED[notification.failure]
        case Status.SENT:
            return _taken(notification)
        case Status.DELIVERED:
            return "It arrived, says the provider."
        case Status.SENDING:
            return "It is being handed over to the provider right now."
    wait = notification.waiting_for
    if wait is Wait.RATE:
        return _rate(notification, settings)
    if wait is Wait.CIRCUIT:
        return _down(circuit, now)
    if notification.status is Status.UNCERTAIN and wait not in _WAITS:
        return _UNCERTAIN
    return _WAITS.get(wait, "It waits.") if wait is not None else "It waits."


def _taken(notification: Notification) -> str:
    if notification.last_move.rule in _NOT_IN_EARNEST:
        return _NOT_IN_EARNEST[notification.last_move.rule]
    look = "look in the spam folder, or " * (notification.channel == "email")
    by_its_id = " by its own id, under Details" * (notification.provider_id is not None)
    return (
        "The provider took it. Whether it reached the recipient, the provider has not said: "
        f"{look}ask the provider{by_its_id}."
    )


def why_dead(reason: str) -> str:
    """Why a dead letter is one."""
    if reason == UNREADABLE:
        return "Nobody was told: an event came that could not be read."
    return _FAILED.get(Failure(reason), _DEAD) if reason in set(Failure) else _DEAD


def is_down(circuit: Circuit, now: datetime) -> str:
    """As the end of a sentence."""
    if circuit.open_since is None:
        return "down"
    return f"down since {moment(circuit.open_since, now)} ({span(now - circuit.open_since)})"


def _down(circuit: Circuit | None, now: datetime) -> str:
    if circuit is not None and not circuit.is_open:
        return "It is not sent yet: its provider was down, and is up again. It goes out by itself."
    down = "down" if circuit is None else is_down(circuit, now)
    return (
        f"It is not sent yet: its provider is {down}, so nothing is handed over on this channel "
        "until a trial shows that it is up again. That costs no attempt."
    )


def _rate(notification: Notification, settings: Settings) -> str:
    is_email = notification.channel == "email"
    most = settings.rate_limit_email if is_email else settings.rate_limit_sms
    window = span(timedelta(seconds=settings.rate_limit_window))
    each = "address" if is_email else "number"
    what = "emails" if is_email else "SMS"
    return (
        f"It is not sent yet: the rate rule holds it. One {each} gets at most {most:,} {what} "
        f"within {window}, and this one has got as many. It goes out by itself later, after those "
        f"that wait for the same {each} already."
    )
