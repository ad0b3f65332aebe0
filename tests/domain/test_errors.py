"""What do the errors of the domain say, and what do they carry?"""

from __future__ import annotations

from domain.errors import InvalidRecipient, TidingsError, UnreadableEvent


class TestAnInvalidRecipient:
    def test_says_what_is_wrong(self) -> None:
        error = InvalidRecipient("not an email address")
        assert str(error) == error.problem == "not an email address"
        assert isinstance(error, TidingsError)


class TestAnUnreadableEvent:
    def test_names_the_field_and_what_is_wrong_with_it(self) -> None:
        error = UnreadableEvent("eventId", "missing")
        assert str(error) == "eventId: missing"
        assert (error.field, error.problem) == ("eventId", "missing")
