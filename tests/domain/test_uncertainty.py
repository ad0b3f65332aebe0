"""What does a notification wait for, and in what order, while nobody knows if it arrived?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.status import Wait
from domain.uncertainty import EMAIL_UNCERTAINTY, SMS_UNCERTAINTY, UncertaintyPolicy
from tests.builders import at

_Step = tuple[Wait, datetime]


def _phases(policy: UncertaintyPolicy, *, may_resend: bool) -> list[_Step]:
    """Everything that is waited for, if nothing is ever learnt and everyone comes on time."""
    now, after = at(), None
    steps: list[_Step] = []
    while (
        waiting := policy.next_wait(after=after, since=at(), now=now, may_resend=may_resend)
    ) is not None:
        steps.append((waiting.reason, waiting.until))
        now, after = waiting.until, waiting.reason
        assert len(steps) < 100, "it never ends"
    return steps


_ASKED = [(Wait.ANSWER, at(seconds)) for seconds in (0, 30, 60, 90, 120)]
_RECEIPT = (Wait.RECEIPT, at(minutes=17))


class TestAnEmail:
    def test_is_sent_again_at_once_and_else_left_to_a_person_for_a_day(self) -> None:
        assert _phases(EMAIL_UNCERTAINTY, may_resend=True) == [
            (Wait.TURN, at()),
            (Wait.PERSON, at(days=1)),
        ]

    def test_is_left_to_a_person_at_once_when_no_resend_is_left(self) -> None:
        assert _phases(EMAIL_UNCERTAINTY, may_resend=False) == [(Wait.PERSON, at(days=1))]

    def test_is_sent_again_at_most_twice(self) -> None:
        assert EMAIL_UNCERTAINTY.resends == 2


class TestAnSms:
    def test_is_asked_for_then_left_to_a_receipt_then_to_a_person(self) -> None:
        assert _phases(SMS_UNCERTAINTY, may_resend=False) == [
            *_ASKED,
            _RECEIPT,
            (Wait.PERSON, at(days=1, minutes=17)),
        ]

    def test_is_not_sent_again_of_itself(self) -> None:
        assert SMS_UNCERTAINTY.resends == 0

    def test_is_sent_again_before_a_person_is_asked_where_that_is_set(self) -> None:
        assert _phases(replace(SMS_UNCERTAINTY, resends=2), may_resend=True) == [
            *_ASKED,
            _RECEIPT,
            (Wait.TURN, at(minutes=17)),
            (Wait.PERSON, at(days=1, minutes=17)),
        ]

    @pytest.mark.parametrize(
        ("seconds", "reason", "until"),
        [
            (100, Wait.ANSWER, at(120)),
            (119.999, Wait.ANSWER, at(120)),
            (120, Wait.RECEIPT, at(minutes=17)),
            (3600, Wait.RECEIPT, at(minutes=75)),
        ],
        ids=["20 seconds left", "an instant left", "the two minutes are over", "an hour late"],
    )
    def test_is_asked_for_a_last_time_after_two_minutes(
        self, seconds: float, reason: Wait, until: datetime
    ) -> None:
        waiting = SMS_UNCERTAINTY.next_wait(
            after=Wait.ANSWER, since=at(), now=at(seconds), may_resend=False
        )
        assert waiting is not None
        assert (waiting.reason, waiting.until) == (reason, until)


class TestAnyPolicy:
    @given(
        ask_for=st.timedeltas(timedelta(), timedelta(minutes=10)),
        ask_every=st.timedeltas(timedelta(seconds=10), timedelta(minutes=10)),
        receipt_for=st.timedeltas(timedelta(), timedelta(hours=1)),
        person_for=st.timedeltas(timedelta(seconds=1), timedelta(days=2)),
        may_resend=st.booleans(),
    )
    @settings(deadline=None)
    def test_ends_with_a_person_and_never_waits_backwards(
        self,
        ask_for: timedelta,
        ask_every: timedelta,
        receipt_for: timedelta,
        person_for: timedelta,
        may_resend: bool,
    ) -> None:
        policy = UncertaintyPolicy(
            ask_for=ask_for, ask_every=ask_every, receipt_for=receipt_for, person_for=person_for
        )
        steps = _phases(policy, may_resend=may_resend)
        instants = [until for _, until in steps]
        reasons = list(dict.fromkeys(reason for reason, _ in steps))
        order = [Wait.ANSWER, Wait.RECEIPT, Wait.TURN, Wait.PERSON]
        assert instants == sorted(instants)
        assert reasons == [reason for reason in order if reason in reasons]
        assert instants[-1] == at() + ask_for + receipt_for + person_for
        assert [reason for reason, _ in steps].count(Wait.TURN) == may_resend
