"""What is left of a notification whose recipient is forgotten, and what mentions a person?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from domain.errors import IllegalTransition, InvalidRecipient
from domain.event import FORGOTTEN_BODY
from domain.person import Person
from domain.recipient import FORGOTTEN, Recipient, email_address, phone_number
from domain.status import Status
from tests.builders import ADA, GRACE, WORKER, an_event, at
from tests.domain.test_notification import _in_status


class TestAForgottenNotification:
    @pytest.mark.parametrize("status", [each for each in Status if each.is_final])
    def test_stays_where_it_is_in_its_life(self, status: Status) -> None:
        before = _in_status(status)
        after = before.forget(now=at(99), by="Linus")
        assert (after.status, after.failure, after.since) == (status, before.failure, before.since)
        assert (after.attempt, after.generation) == (before.attempt, before.generation)
        assert after.last_move.number == before.last_move.number + 1
        assert after.last_move.came_from is status
        assert (after.last_move.at, after.last_move.by) == (at(99), "Linus")
        assert (after.last_move.words, after.last_move.rule) == ("forgotten", "")

    def test_names_nobody_and_says_nothing(self) -> None:
        after = _in_status(Status.SENT).forget(now=at(99), by=WORKER)
        assert after.recipient == FORGOTTEN
        assert after.recipient.is_forgotten
        assert after.event.is_forgotten
        assert ADA not in repr(after)
        assert "Welcome" not in repr(after)

    @pytest.mark.parametrize("status", [each for each in Status if not each.is_final])
    def test_was_final_before(self, status: Status) -> None:
        before = _in_status(status)
        with pytest.raises(IllegalTransition) as caught:
            before.forget(now=at(99), by=WORKER)
        refused = caught.value
        assert (refused.notification_id, refused.current) == (before.id, status)
        assert refused.wanted == "forgotten"


class TestAForgottenEvent:
    def test_is_known_again_by_its_id_and_digest(self) -> None:
        before = an_event(subject="Hello", html="<p>Welcome!</p>", expires_at=at(9))
        after = replace(before, traceparent=f"00-{'a' * 32}-{'b' * 16}-01").forgotten()
        assert after.is_forgotten
        assert not before.is_forgotten
        assert (after.id, after.digest, after.expires_at) == (before.id, before.digest, at(9))
        assert (after.text, after.subject, after.html) == ("", None, None)
        assert (dict(after.addresses), after.body) == ({}, FORGOTTEN_BODY)
        assert after.traceparent is None


class TestAPerson:
    def test_is_found_by_every_address(self) -> None:
        person = Person(recipients=(email_address("Ada@Example.com"), phone_number(GRACE)))
        assert person.keys == {ADA, GRACE}
        for words in (
            "<ADA@EXAMPLE.COM>",
            "+1 (555) 123.4567",
            "15551234567",
            r"a\nada@example.com",
        ):
            assert re.search(person.pattern, words), words
        for words in ("xada@example.com", "ada@example.com.au", "ada@example-com", "+155512345678"):
            assert not re.search(person.pattern, words), words

    @pytest.mark.parametrize("blank", ["", " ", "\t\n", "\x00", "\u200b", "\u00a0"])
    def test_is_not_named_by_what_anything_could_mention(self, blank: str) -> None:
        for nobody in (Recipient(blank, ADA), Recipient(ADA, blank)):
            with pytest.raises(InvalidRecipient):
                Person(recipients=(email_address(ADA), nobody))

    def test_is_not_nobody(self) -> None:
        with pytest.raises(InvalidRecipient, match=r"^nobody is named \(want an address or a"):
            Person(recipients=())

    def test_is_masked_in_what_somebody_says_of_them(self) -> None:
        person = Person(recipients=(email_address(ADA), phone_number(GRACE)))
        said = person.masked(f"{ADA.upper()} called from 555 123 4567, (001{GRACE[2:]})")
        assert said == "*** called from ***, (00***)"
