"""Which outcome did the attempt have that a step of the trail ends, if it ends one?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.failure import Failure
from domain.notification import Notification
from domain.outcome import (
    Accepted,
    Deferred,
    Found,
    Outcome,
    OutcomeKind,
    ProviderDown,
    Rejected,
    Unknown,
)
from domain.retry import RetryPolicy
from domain.status import Wait
from domain.uncertainty import UncertaintyPolicy
from tests.builders import (
    EMAIL,
    SMS,
    WORKER,
    a_begun_notification,
    a_failed_notification,
    a_held_notification,
    an_event,
    at,
    email_channel,
    waiting,
)

Begin = Callable[[], Notification]

_ONCE = email_channel(retry_policy=RetryPolicy(max_retries=0))
_PATIENT = email_channel(
    retry_policy=RetryPolicy(max_retries=9), uncertainty_policy=UncertaintyPolicy(resends=9)
)


def _settled(begun: Notification, outcome: Outcome, *, once: bool = False) -> Notification:
    channel = _ONCE if once else EMAIL
    return begun.settle(outcome, channel=channel, now=at(1), by=WORKER, wake_at=at(30))


def _begun_again() -> Notification:
    deferred = _settled(a_begun_notification(), Deferred(reason="busy"))
    return deferred.begin(now=at(5), by=WORKER)


def _begun_in_doubt() -> Notification:
    doubted = _settled(a_begun_notification(), Unknown(reason="lost"))
    return doubted.begin(now=at(5), by=WORKER)


def _in_doubt() -> Notification:
    lost = Unknown(reason="lost")
    begun = a_begun_notification(channel=SMS)
    return begun.settle(lost, channel=SMS, now=at(1), by=WORKER, wake_at=at())


_BEGUN: dict[str, Begin] = {
    "at once": a_begun_notification,
    "after its wait": lambda: a_held_notification().begin(now=at(1), by=WORKER),
    "again": _begun_again,
    "in doubt": _begun_in_doubt,
}


@pytest.mark.parametrize("begun", _BEGUN.values(), ids=_BEGUN)
class TestAnAttempt:
    @pytest.mark.parametrize(
        ("outcome", "kind"),
        [
            (Accepted(), OutcomeKind.ACCEPTED),
            (Deferred(reason="busy"), OutcomeKind.DEFERRED),
            (Rejected(reason="no"), OutcomeKind.REJECTED),
            (Unknown(reason="lost"), OutcomeKind.UNKNOWN),
            (ProviderDown(reason="421"), OutcomeKind.PROVIDER_DOWN),
        ],
        ids=lambda each: each if isinstance(each, str) else type(each).__name__,
    )
    def test_has_the_outcome_that_the_provider_answered(
        self, begun: Begin, outcome: Outcome, kind: OutcomeKind
    ) -> None:
        assert _settled(begun(), outcome).last_move.outcome is kind

    def test_has_none_if_it_was_released(self, begun: Begin) -> None:
        for reason in (Wait.TURN, Wait.CIRCUIT, Wait.RATE):
            released = begun().release(waiting(reason), now=at(9), by=WORKER)
            assert released.last_move.outcome is None

    def test_is_unknown_where_its_worker_was_lost(self, begun: Begin) -> None:
        rescued = begun().rescue(channel=EMAIL, now=at(90), by=WORKER)
        assert rescued.last_move.outcome is OutcomeKind.UNKNOWN

    def test_is_none_while_it_goes_on(self, begun: Begin) -> None:
        assert begun().last_move.outcome is None


class TestTheLastAttempt:
    def test_was_deferred_if_there_is_no_other(self) -> None:
        exhausted = _settled(a_begun_notification(), Deferred(reason="busy"), once=True)
        assert exhausted.failure is Failure.EXHAUSTED
        assert exhausted.last_move.outcome is OutcomeKind.DEFERRED

    def test_was_deferred_if_the_next_would_be_too_late(self) -> None:
        event = an_event(expires_at=at(1.5))
        expired = _settled(a_begun_notification(event=event), Deferred(reason="busy"))
        assert expired.failure is Failure.EXPIRED
        assert expired.last_move.outcome is OutcomeKind.DEFERRED

    def test_is_unknown_if_workers_died_of_it(self) -> None:
        notification = a_begun_notification()
        while notification.failure is None:
            notification = notification.rescue(channel=_PATIENT, now=at(90), by=WORKER)
            if notification.failure is None:
                notification = notification.begin(now=at(92), by=WORKER)
        assert notification.failure is Failure.POISON
        assert notification.last_move.outcome is OutcomeKind.UNKNOWN


class TestWhatIsNoAttempt:
    def test_has_no_outcome(self) -> None:
        held = a_held_notification()
        for each in (
            held,
            held.hold(waiting(Wait.CIRCUIT), now=at(1), by=WORKER),
            held.hold(waiting(Wait.BACKOFF), now=at(1), by=WORKER),
            held.fail(Failure.EXPIRED, now=at(1), by=WORKER, words="too late"),
            a_failed_notification(),
            _in_doubt().found(Found(provider_id="1", reason="there"), now=at(3), by=WORKER),
            _in_doubt().stay_uncertain(channel=SMS, now=at(300), by=WORKER, words="none"),
            _in_doubt().give_up(now=at(3), by=WORKER, why="she has it not"),
        ):
            assert each.last_move.outcome is None
