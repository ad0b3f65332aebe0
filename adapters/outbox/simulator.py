"""Which ending does an address stand for, where no real provider is at work?

Addresses at `simulator.tidings.test` and numbers +1500555xxxx, in the manner of Twilio's
magic numbers (twilio.com/docs/iam/test-credentials) and GOV.UK Notify's simulator addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`addresses` is how the documentation writes it, `pattern` what matches."""

    addresses: str
    pattern: re.Pattern[str]
    what: str
    answer: Callable[[Notification, re.Match[str]], Outcome]


def _busy(notification: Notification, match: re.Match[str]) -> Outcome:
    times = int(match[1])
    if notification.attempt > times:
        return Accepted(reason="250 2.0.0 taken", rule="simulated:taken")
    return Deferred(
        reason=f"450 4.2.1 {notification.recipient.address} gets too much just now",
        rule="simulated:busy",
    )


def _rejected(words: str) -> Callable[[Notification, re.Match[str]], Outcome]:
    return lambda _notification, _match: Rejected(reason=words, rule="simulated:rejected")


def _silent(_notification: Notification, _match: re.Match[str]) -> Outcome:
    return Unknown(reason="contact lost after the message was handed over", rule="simulated:silent")


def _down(words: str) -> Callable[[Notification, re.Match[str]], Outcome]:
    return lambda _notification, _match: ProviderDown(reason=words, rule="simulated:down")


def _email(name: str) -> re.Pattern[str]:
    return re.compile(rf"{name}@simulator\.tidings\.test", re.IGNORECASE)


#: The first that matches; everybody else is told at once.
ENDINGS: tuple[Ending, ...] = (
    Ending(
        addresses="busy-N@simulator.tidings.test",
        pattern=_email(r"busy-(\d{1,3})"),
        what="deferred N times, then taken",
        answer=_busy,
    ),
    Ending(
        addresses="rejected@simulator.tidings.test",
        pattern=_email("rejected"),
        what="rejected: no such mailbox",
        answer=_rejected("550 5.1.1 no such mailbox"),
    ),
    Ending(
        addresses="silent@simulator.tidings.test",
        pattern=_email("silent"),
        what="taken, but contact is lost before the answer: unknown",
        answer=_silent,
    ),
    Ending(
        addresses="down@simulator.tidings.test",
        pattern=_email("down"),
        what="the provider is down; opens the circuit of the whole channel",
        answer=_down("421 4.3.2 not accepting mail"),
    ),
    Ending(
        addresses="+15005550001",
        pattern=re.compile(r"\+15005550001"),
        what="rejected: not a valid number (21211)",
        answer=_rejected("21211 invalid 'To' number"),
    ),
    Ending(
        addresses="+15005550004",
        pattern=re.compile(r"\+15005550004"),
        what="rejected: the recipient said STOP (21610)",
        answer=_rejected("21610 the recipient replied STOP"),
    ),
    Ending(
        addresses="+15005550009",
        pattern=re.compile(r"\+15005550009"),
        what="rejected: cannot receive SMS (21614)",
        answer=_rejected("21614 not a mobile number"),
    ),
    Ending(
        addresses="+1500555100N",
        pattern=re.compile(r"\+1500555100(\d)"),
        what="deferred N times, then taken",
        answer=_busy,
    ),
    Ending(
        addresses="+15005552000",
        pattern=re.compile(r"\+15005552000"),
        what="taken, but contact is lost before the answer: unknown",
        answer=_silent,
    ),
    Ending(
        addresses="+15005553000",
        pattern=re.compile(r"\+15005553000"),
        what="the provider is down; opens the circuit of the whole channel",
        answer=_down("HTTP 503 service unavailable"),
    ),
)

_TAKEN = Accepted(reason="written to the outbox", rule="outbox")


def simulate(notification: Notification) -> Outcome:
    for ending in ENDINGS:
        match = ending.pattern.fullmatch(notification.recipient.address)
        if match is not None:
            return ending.answer(notification, match)
    return _TAKEN
