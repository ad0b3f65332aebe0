"""What does each verb change of a notification, to the last field, and what does it leave alone?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from domain.errors import AlreadyExpired, IllegalTransition, NoAttemptLeft
from domain.event import Event
from domain.failure import Failure
from domain.move import Move
from domain.notification import Notification, notification_id
from domain.outcome import Accepted, Deferred, Found, Outcome, ProviderDown, Rejected, Unknown
from domain.receipt import ReceiptVerdict
from domain.recipient import Recipient
from domain.retry import RetryPolicy
from domain.status import Status, Wait
from domain.uncertainty import UncertaintyPolicy
from tests.builders import (
    EMAIL,
    SMS,
    WORKER,
    a_begun_notification,
    a_failed_notification,
    a_held_notification,
    a_position,
    a_receipt,
    an_event,
    at,
    email_channel,
    waiting,
)

_OTHER = "worker-2"
_PATIENT = email_channel(
    retry_policy=RetryPolicy(max_retries=9),
    uncertainty_policy=UncertaintyPolicy(resends=9, person_for=timedelta(hours=1)),
)
_ONCE = email_channel(
    retry_policy=RetryPolicy(max_retries=0),
    uncertainty_policy=UncertaintyPolicy(resends=9),
)
_LOST = "the worker that had it in hand was lost"
_ADA_AGAIN = Recipient(address="ada@example.org", key="ada@example.org")


def _settle(outcome: Outcome, *, once: bool = False) -> Callable[[Notification], Notification]:
    return lambda n: n.settle(
        outcome, channel=_ONCE if once else _PATIENT, now=at(9), by=_OTHER, wake_at=at(35)
    )


def _receive(
    verdict: ReceiptVerdict, provider_id: str | None = "SM1"
) -> Callable[[Notification], Notification]:
    def receive(before: Notification) -> Notification:
        receipt = a_receipt(verdict, of=before, provider_id=provider_id)
        after = before.receive(receipt, now=at(9), by=_OTHER)
        assert after is not None
        return after

    return receive


def _begun_again() -> Notification:
    """Out of doubt, for the second time, by a worker that came after one that died."""
    doubted = a_begun_notification().rescue(channel=_PATIENT, now=at(5), by=WORKER)
    return doubted.begin(now=at(6), by=WORKER)


def _doubted_and_held(*, expires_at: datetime) -> Notification:
    begun = a_begun_notification(event=an_event(expires_at=expires_at))
    doubted = begun.rescue(channel=EMAIL, now=at(5), by=WORKER)
    return doubted.hold(waiting(Wait.RATE, until=at(30)), now=at(5), by=WORKER)


def _begun_for_the_last_time() -> Notification:
    notification = a_begun_notification()
    for _ in range(3):
        notification = notification.rescue(channel=_PATIENT, now=at(5), by=WORKER)
        notification = notification.begin(now=at(6), by=WORKER)
    return notification


def _deferred() -> Notification:
    busy = Deferred(reason="450 busy", rule="row 4")
    return a_begun_notification().settle(busy, channel=EMAIL, now=at(), by=WORKER, wake_at=at())


def _sms_in_doubt() -> Notification:
    lost = Unknown(reason="contact was lost", rule="row 5")
    begun = a_begun_notification(channel=SMS)
    return begun.settle(lost, channel=SMS, now=at(1), by=WORKER, wake_at=at())


def _sms_taken() -> Notification:
    taken = Accepted(reason="taken", provider_id="SM0")
    begun = a_begun_notification(channel=SMS)
    return begun.settle(taken, channel=SMS, now=at(1), by=WORKER, wake_at=at())


def _email_with_a_person() -> Notification:
    lost = Unknown(reason="contact was lost", rule="row 5")
    begun = a_begun_notification()
    return begun.settle(lost, channel=_ONCE, now=at(1), by=WORKER, wake_at=at())


def _failed() -> Notification:
    """In its second attempt, sent again once, rescued once."""
    event = an_event(expires_at=at(100))
    doubted = a_begun_notification(event=event).rescue(channel=_PATIENT, now=at(5), by=WORKER)
    begun = doubted.begin(now=at(6), by=WORKER)
    return begun.fail(Failure.REJECTED, now=at(7), by=WORKER, words="550 no", rule="row 6")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    before: Callable[[], Notification]
    verb: Callable[[Notification], Notification]
    move: Move
    also: Mapping[str, object] = field(default_factory=dict)


def _move(number: int, came_from: Status, status: Status, **fields: object) -> Move:
    """At nine seconds past noon, by another worker than the one before, in the first attempt."""
    usual = Move(
        number=number,
        at=at(9),
        by=_OTHER,
        came_from=came_from,
        status=status,
        generation=1,
        attempt=1,
    )
    return replace(usual, **fields)  # type: ignore[arg-type]


_SINCE_NOW = {"since": at(9)}
_CASES = {
    "begin": _Case(
        before=lambda: a_held_notification(until=at(8)),
        verb=lambda n: n.begin(now=at(9), by=_OTHER),
        move=_move(2, Status.PENDING, Status.SENDING),
        also=_SINCE_NOW | {"begun_at": at(9)},
    ),
    "begin again, out of doubt": _Case(
        before=lambda: a_begun_notification().rescue(channel=EMAIL, now=at(5), by=WORKER),
        verb=lambda n: n.begin(now=at(9), by=_OTHER),
        move=_move(3, Status.UNCERTAIN, Status.SENDING, attempt=2),
        also=_SINCE_NOW | {"begun_at": at(9), "resends": 1},
    ),
    "hold for something else": _Case(
        before=_deferred,
        verb=lambda n: n.hold(waiting(Wait.CIRCUIT, until=at(60)), now=at(9), by=_OTHER),
        move=_move(3, Status.RETRYING, Status.RETRYING, due_at=at(60), waiting_for=Wait.CIRCUIT),
    ),
    "hold for longer, though it expires": _Case(
        before=lambda: _doubted_and_held(expires_at=at(40)),
        verb=lambda n: n.hold(waiting(Wait.RATE, until=at(60)), now=at(9), by=_OTHER),
        move=_move(
            3,
            Status.UNCERTAIN,
            Status.UNCERTAIN,
            at=at(5),
            by=WORKER,
            due_at=at(60),
            waiting_for=Wait.RATE,
        ),
    ),
    "release": _Case(
        before=_begun_again,
        verb=lambda n: n.release(waiting(until=at(60)), now=at(9), by=_OTHER),
        move=_move(4, Status.SENDING, Status.UNCERTAIN, due_at=at(60), waiting_for=Wait.RATE),
        also=_SINCE_NOW | {"resends": 0},
    ),
    "release, until it expires": _Case(
        before=lambda: a_begun_notification(event=an_event(expires_at=at(40))),
        verb=lambda n: n.release(
            waiting(until=at(60)), now=at(9), by=_OTHER, words="stopping", rule="row 8"
        ),
        move=_move(
            2,
            Status.SENDING,
            Status.PENDING,
            attempt=0,
            due_at=at(40),
            waiting_for=Wait.RATE,
            words="stopping",
            rule="row 8",
        ),
        also=_SINCE_NOW,
    ),
    "settle as accepted": _Case(
        before=_begun_again,
        verb=_settle(Accepted(reason="250 ok", rule="row 1", provider_id="4F2A11")),
        move=_move(4, Status.SENDING, Status.SENT, attempt=2, words="250 ok", rule="row 1"),
        also=_SINCE_NOW | {"rescues": 0, "provider_id": "4F2A11"},
    ),
    "settle as deferred": _Case(
        before=_begun_again,
        verb=_settle(Deferred(reason="450 busy", rule="row 2")),
        move=_move(
            4,
            Status.SENDING,
            Status.RETRYING,
            attempt=2,
            due_at=at(11),
            waiting_for=Wait.BACKOFF,
            words="450 busy",
            rule="row 2",
        ),
        also=_SINCE_NOW | {"rescues": 0},
    ),
    "settle as deferred for the last time": _Case(
        before=a_begun_notification,
        verb=_settle(Deferred(reason="450 busy", rule="row 2"), once=True),
        move=_move(
            2,
            Status.SENDING,
            Status.FAILED,
            failure=Failure.EXHAUSTED,
            words="450 busy",
            rule="row 2",
        ),
        also=_SINCE_NOW,
    ),
    "settle as deferred beyond its expiry": _Case(
        before=lambda: a_begun_notification(event=an_event(expires_at=at(10))),
        verb=_settle(Deferred(reason="450 busy", rule="row 2")),
        move=_move(
            2,
            Status.SENDING,
            Status.FAILED,
            failure=Failure.EXPIRED,
            words="450 busy",
            rule="row 2",
        ),
        also=_SINCE_NOW,
    ),
    "settle as rejected": _Case(
        before=a_begun_notification,
        verb=_settle(Rejected(reason="550 no", rule="row 3")),
        move=_move(
            2, Status.SENDING, Status.FAILED, failure=Failure.REJECTED, words="550 no", rule="row 3"
        ),
        also=_SINCE_NOW,
    ),
    "settle as unknown": _Case(
        before=_begun_again,
        verb=_settle(Unknown(reason="contact was lost", rule="row 5")),
        move=_move(
            4,
            Status.SENDING,
            Status.UNCERTAIN,
            attempt=2,
            due_at=at(9),
            waiting_for=Wait.TURN,
            words="contact was lost",
            rule="row 5",
        ),
        also=_SINCE_NOW | {"rescues": 0},
    ),
    "settle as provider down": _Case(
        before=_begun_again,
        verb=_settle(ProviderDown(reason="421 gone", rule="row 7")),
        move=_move(
            4,
            Status.SENDING,
            Status.UNCERTAIN,
            due_at=at(35),
            waiting_for=Wait.CIRCUIT,
            words="421 gone",
            rule="row 7",
        ),
        also=_SINCE_NOW | {"rescues": 0, "resends": 0},
    ),
    "rescue": _Case(
        before=a_begun_notification,
        verb=lambda n: n.rescue(channel=EMAIL, now=at(9), by=_OTHER),
        move=_move(
            2,
            Status.SENDING,
            Status.UNCERTAIN,
            due_at=at(9),
            waiting_for=Wait.TURN,
            words=_LOST,
        ),
        also=_SINCE_NOW | {"rescues": 1},
    ),
    "rescue once too often": _Case(
        before=_begun_for_the_last_time,
        verb=lambda n: n.rescue(channel=_PATIENT, now=at(9), by=_OTHER),
        move=_move(
            8, Status.SENDING, Status.FAILED, attempt=4, failure=Failure.POISON, words=_LOST
        ),
        also=_SINCE_NOW,
    ),
    "stay uncertain, and be asked for again": _Case(
        before=_sms_in_doubt,
        verb=lambda n: n.stay_uncertain(channel=SMS, now=at(9), by=_OTHER, words="unknown here"),
        move=_move(
            2,
            Status.SENDING,
            Status.UNCERTAIN,
            at=at(1),
            by=WORKER,
            due_at=at(39),
            waiting_for=Wait.ANSWER,
            words="contact was lost",
            rule="row 5",
        ),
    ),
    "stay uncertain, and wait for a receipt": _Case(
        before=_sms_in_doubt,
        verb=lambda n: replace(n, since=at(-200)).stay_uncertain(
            channel=SMS, now=at(9), by=_OTHER, words="unknown here"
        ),
        move=_move(
            3,
            Status.UNCERTAIN,
            Status.UNCERTAIN,
            due_at=at(9, minutes=15),
            waiting_for=Wait.RECEIPT,
            words="unknown here",
        ),
        also={"since": at(-200)},
    ),
    "stay uncertain, with nothing to say": _Case(
        before=_sms_in_doubt,
        verb=lambda n: replace(n, since=at(-200)).stay_uncertain(channel=SMS, now=at(9), by=_OTHER),
        move=_move(
            3,
            Status.UNCERTAIN,
            Status.UNCERTAIN,
            due_at=at(9, minutes=15),
            waiting_for=Wait.RECEIPT,
        ),
        also={"since": at(-200)},
    ),
    "stay uncertain for too long": _Case(
        before=_email_with_a_person,
        verb=lambda n: n.stay_uncertain(channel=_ONCE, now=at(9), by=_OTHER, words="nobody knew"),
        move=_move(
            3, Status.UNCERTAIN, Status.FAILED, failure=Failure.UNRESOLVED, words="nobody knew"
        ),
        also=_SINCE_NOW,
    ),
    "be found": _Case(
        before=_sms_in_doubt,
        verb=lambda n: n.found(Found(provider_id="SM1", reason="queued"), now=at(9), by=_OTHER),
        move=_move(3, Status.UNCERTAIN, Status.SENT, words="queued"),
        also=_SINCE_NOW | {"provider_id": "SM1"},
    ),
    "fail": _Case(
        before=a_held_notification,
        verb=lambda n: n.fail(Failure.EXPIRED, now=at(9), by=_OTHER, words="late", rule="row 9"),
        move=_move(
            2,
            Status.PENDING,
            Status.FAILED,
            attempt=0,
            failure=Failure.EXPIRED,
            words="late",
            rule="row 9",
        ),
        also=_SINCE_NOW,
    ),
    "fail after it was sent": _Case(
        before=lambda: _settle(Accepted(provider_id="4F2A11"))(_begun_again()),
        verb=lambda n: n.fail(Failure.UNDELIVERED, now=at(9), by=_OTHER),
        move=_move(5, Status.SENT, Status.FAILED, attempt=2, failure=Failure.UNDELIVERED),
        also=_SINCE_NOW,
    ),
    "fail without a word": _Case(
        before=a_held_notification,
        verb=lambda n: n.fail(Failure.EXPIRED, now=at(9), by=_OTHER),
        move=_move(2, Status.PENDING, Status.FAILED, attempt=0, failure=Failure.EXPIRED),
        also=_SINCE_NOW,
    ),
    "replay": _Case(
        before=_failed,
        verb=lambda n: n.replay(
            recipient=_ADA_AGAIN, due_at=at(99), now=at(9), by=_OTHER, why="it is mended"
        ),
        move=_move(
            5,
            Status.FAILED,
            Status.PENDING,
            generation=2,
            attempt=0,
            due_at=at(99),
            waiting_for=Wait.TURN,
            words="it is mended",
        ),
        also=_SINCE_NOW | {"recipient": _ADA_AGAIN, "resends": 0, "rescues": 0},
    ),
    "replay, whatever its expiry": _Case(
        before=_failed,
        verb=lambda n: n.replay(
            recipient=_ADA_AGAIN,
            due_at=at(200),
            now=at(9),
            by=_OTHER,
            why="it is mended",
            ignore_expiry=True,
        ),
        move=_move(
            5,
            Status.FAILED,
            Status.PENDING,
            generation=2,
            attempt=0,
            due_at=at(200),
            waiting_for=Wait.TURN,
            words="it is mended",
        ),
        also=_SINCE_NOW | {"recipient": _ADA_AGAIN, "resends": 0, "rescues": 0, "expires_at": None},
    ),
    "receive that it was taken": _Case(
        before=_sms_in_doubt,
        verb=_receive(ReceiptVerdict.TAKEN),
        move=_move(3, Status.UNCERTAIN, Status.SENT, words="taken", rule="row of taken"),
        also=_SINCE_NOW | {"provider_id": "SM1"},
    ),
    "receive that it arrived": _Case(
        before=_sms_taken,
        verb=_receive(ReceiptVerdict.DELIVERED),
        move=_move(3, Status.SENT, Status.DELIVERED, words="delivered", rule="row of delivered"),
        also=_SINCE_NOW | {"provider_id": "SM1"},
    ),
    "receive that it did not arrive": _Case(
        before=_sms_taken,
        verb=_receive(ReceiptVerdict.UNDELIVERED, provider_id=None),
        move=_move(
            3,
            Status.SENT,
            Status.FAILED,
            failure=Failure.UNDELIVERED,
            words="undelivered",
            rule="row of undelivered",
        ),
        also=_SINCE_NOW,
    ),
    "send again": _Case(
        before=_sms_in_doubt,
        verb=lambda n: n.send_again(channel=SMS, now=at(9), by=_OTHER, why="she has nothing"),
        move=_move(
            3,
            Status.UNCERTAIN,
            Status.UNCERTAIN,
            due_at=at(9),
            waiting_for=Wait.TURN,
            words="she has nothing",
        ),
    ),
    "confirm as sent": _Case(
        before=_sms_in_doubt,
        verb=lambda n: n.confirm_sent(now=at(9), by=_OTHER, why="she has it"),
        move=_move(3, Status.UNCERTAIN, Status.SENT, words="she has it"),
        also=_SINCE_NOW,
    ),
    "give up": _Case(
        before=_sms_in_doubt,
        verb=lambda n: n.give_up(now=at(9), by=_OTHER, why="she is gone"),
        move=_move(
            3, Status.UNCERTAIN, Status.FAILED, failure=Failure.UNRESOLVED, words="she is gone"
        ),
        also=_SINCE_NOW,
    ),
}


class TestABirth:
    _EVENT = an_event(expires_at=at(40))
    _FIRST = Move(
        number=1,
        at=at(9),
        by=_OTHER,
        came_from=None,
        status=Status.SENDING,
        generation=1,
        attempt=1,
    )

    @pytest.mark.parametrize(
        ("bear", "move", "begun_at"),
        [
            (lambda event: a_begun_notification(event=event, now=at(9), by=_OTHER), {}, at(9)),
            (
                lambda event: a_held_notification(event=event, until=at(60), now=at(9), by=_OTHER),
                {
                    "status": Status.PENDING,
                    "attempt": 0,
                    "due_at": at(40),
                    "waiting_for": Wait.RATE,
                },
                None,
            ),
            (
                lambda event: a_failed_notification(event=event, words="", now=at(9), by=_OTHER),
                {"status": Status.FAILED, "attempt": 0, "failure": Failure.INVALID},
                None,
            ),
        ],
        ids=["begun", "held", "failed"],
    )
    def test_knows_this_and_nothing_else(
        self,
        bear: Callable[[Event], Notification],
        move: Mapping[str, object],
        begun_at: datetime | None,
    ) -> None:
        assert bear(self._EVENT) == Notification(
            id=notification_id("9f0c", "email"),
            event=self._EVENT,
            channel="email",
            recipient=Recipient(address="ada@example.com", key="ada@example.com"),
            origin=a_position(),
            accepted_at=at(9),
            last_move=replace(self._FIRST, **move),  # type: ignore[arg-type]
            since=at(9),
            expires_at=at(40),
            begun_at=begun_at,
        )

    def test_has_its_words_masked(self) -> None:
        born = a_failed_notification(event=self._EVENT, words="no such ADA@example.com")
        assert born.last_move.words == "no such ***"

    def test_has_no_words_unless_they_are_given(self) -> None:
        held = a_held_notification()
        born = Notification.born(
            event=held.event,
            channel=held.channel,
            recipient=held.recipient,
            origin=held.origin,
            now=at(9),
            by=_OTHER,
            failure=Failure.INVALID,
        )
        assert born.last_move.words == ""


class TestAVerb:
    @pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
    def test_changes_this_and_nothing_else(self, case: _Case) -> None:
        before = case.before()
        assert case.verb(before) == replace(
            before,
            last_move=case.move,
            **case.also,  # type: ignore[arg-type]
        )


@dataclass(frozen=True, slots=True)
class _NoOutcome:
    reason: str = ""
    rule: str = ""


class TestWhatIsNoOutcome:
    def test_is_never_taken_for_one(self) -> None:
        with pytest.raises(AssertionError, match="_NoOutcome"):
            _settle(_NoOutcome())(a_begun_notification())  # type: ignore[arg-type]


class TestAReplay:
    def test_of_what_expires_before_it_is_due_is_refused(self) -> None:
        failed = _failed()
        with pytest.raises(AlreadyExpired) as refused:
            failed.replay(
                recipient=failed.recipient, due_at=at(100), now=at(9), by=_OTHER, why="again"
            )
        assert refused.value.notification_id == failed.id
        assert str(refused.value) == f"notification {failed.id} has expired"


class TestSendingAgain:
    def test_is_refused_when_all_attempts_are_used_up(self) -> None:
        doubted = _email_with_a_person()
        with pytest.raises(NoAttemptLeft) as refused:
            doubted.send_again(channel=_ONCE, now=at(9), by=_OTHER, why="again")
        assert (refused.value.notification_id, refused.value.attempts) == (doubted.id, 1)
        assert str(refused.value) == (
            f"notification {doubted.id} has had all its 1 attempts; "
            "give it up, and replay its dead letter"
        )

    def test_is_allowed_as_long_as_one_attempt_is_left(self) -> None:
        twice = email_channel(retry_policy=RetryPolicy(max_retries=1))
        again = _email_with_a_person().send_again(channel=twice, now=at(9), by=_OTHER, why="again")
        assert again.waiting_for is Wait.TURN


_REFUSED: dict[str, tuple[Callable[[], Notification], str, str]] = {
    "to hold what is in hand": (
        lambda: a_begun_notification().hold(waiting(Wait.RATE), now=at(9), by=_OTHER),
        "SENDING",
        "waiting for rate",
    ),
    "to begin what waits for an answer": (
        lambda: _sms_in_doubt().begin(now=at(9), by=_OTHER),
        "UNCERTAIN",
        "SENDING",
    ),
    "to release what is not in hand": (
        lambda: a_held_notification().release(waiting(), now=at(9), by=_OTHER),
        "PENDING",
        "what only SENDING leads to",
    ),
    "to fail what has failed": (
        lambda: a_failed_notification().fail(Failure.EXPIRED, now=at(9), by=_OTHER),
        "FAILED",
        "FAILED",
    ),
    "to send again what is no longer in doubt": (
        lambda: _failed().send_again(channel=EMAIL, now=at(9), by=_OTHER, why="again"),
        "FAILED",
        "what only UNCERTAIN leads to",
    ),
    "to confirm what is no longer in doubt": (
        lambda: a_begun_notification().confirm_sent(now=at(9), by=_OTHER, why="she has it"),
        "SENDING",
        "what only UNCERTAIN leads to",
    ),
    "to give up what is no longer in doubt": (
        lambda: a_begun_notification().give_up(now=at(9), by=_OTHER, why="she is gone"),
        "SENDING",
        "what only UNCERTAIN leads to",
    ),
}


class TestAVerbThatComesTooLate:
    @pytest.mark.parametrize(("verb", "current", "wanted"), _REFUSED.values(), ids=_REFUSED)
    def test_says_who_was_where_and_wanted_what(
        self, verb: Callable[[], Notification], current: str, wanted: str
    ) -> None:
        with pytest.raises(IllegalTransition) as refused:
            verb()
        error = refused.value
        assert (error.current, error.wanted) == (current, wanted)
        assert error.notification_id in {a_begun_notification().id, _sms_in_doubt().id}
        assert str(error) == (
            f"notification {error.notification_id} cannot move from {current} to {wanted}"
        )
