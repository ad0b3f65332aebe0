"""What does an event say of its subject, and until when may it be told?"""

from __future__ import annotations

import pytest

from tests.builders import an_event, at


class TestTheSubjectLine:
    def test_is_the_producers_if_one_was_given(self) -> None:
        assert an_event(subject="Your parcel").subject_line == "Your parcel"

    @pytest.mark.parametrize(
        "message_type", ["USER_SIGNED_UP", "PAYMENT_SUCCESSFUL", "ALERT_RAISED"]
    )
    def test_has_a_default_of_its_own_for_each_known_type(self, message_type: str) -> None:
        subject = an_event(message_type=message_type).subject_line
        assert subject
        assert subject != an_event(message_type="SOMETHING_ELSE").subject_line

    def test_is_never_empty(self) -> None:
        assert an_event(message_type="", subject="").subject_line


class TestAnEventThatExpires:
    @pytest.mark.parametrize(
        ("seconds", "has_expired"),
        [(59.999, False), (60, True), (60.001, True)],
        ids=["just before", "at the instant", "just after"],
    )
    def test_has_expired_from_that_instant_on(self, seconds: float, has_expired: bool) -> None:
        assert an_event(expires_at=at(60)).has_expired(at(seconds)) is has_expired

    def test_never_expires_if_no_instant_was_given(self) -> None:
        assert not an_event().has_expired(at(days=10_000))


class TestAnEventForLater:
    @pytest.mark.parametrize(
        ("seconds", "is_early"),
        [(59.999, True), (60, False), (60.001, False)],
        ids=["just before", "at the instant", "just after"],
    )
    def test_is_early_up_to_that_instant(self, seconds: float, is_early: bool) -> None:
        assert an_event(send_at=at(60)).is_early(at(seconds)) is is_early

    def test_is_never_early_if_no_instant_was_given(self) -> None:
        assert not an_event().is_early(at(days=-10_000))
