"""Does any personal data survive in a provider's words?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.masking import masked
from tests.builders import ADA, GRACE

_LONGEST = 500


class TestTheRecipient:
    @pytest.mark.parametrize(
        "spelling",
        ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@Example.com", "<ada@example.com>"],
    )
    def test_is_blotted_out_in_any_case(self, spelling: str) -> None:
        words = masked(f"550 5.1.1 {spelling}: no such user", recipient=ADA)
        assert "ada" not in words.casefold()
        assert "example" not in words.casefold()
        assert words.startswith("550 5.1.1 ")
        assert words.endswith(": no such user")

    @pytest.mark.parametrize("spelling", ["o'grady@example.com", "O'Grady@EXAMPLE.com"])
    def test_is_blotted_out_whole_though_it_has_an_apostrophe(self, spelling: str) -> None:
        words = masked(f"no mailbox {spelling}", recipient="o'grady@example.com")
        assert words == "no mailbox ***"

    @pytest.mark.parametrize(
        ("spelling", "blotted"),
        [
            ("+15551234567", "***"),
            ("15551234567", "***"),
            ("%2B15551234567", "%2B***"),
            ("+1 555 123 4567", "***"),
            ("+1 (555) 123-4567", "***"),
            ("(555) 123-4567", "(***"),
            ("123-4567", "***"),
            ("99 123-4567", "99 ***"),
            ("1231234567", "123***"),
        ],
        ids=[
            "E.164",
            "without its plus",
            "in a URL",
            "with spaces",
            "as printed",
            "without its country",
            "without its area",
            "after other digits",
            "after other digits, in one",
        ],
    )
    def test_is_blotted_out_as_a_number(self, spelling: str, blotted: str) -> None:
        words = masked(f"21211: the number {spelling} is not valid", recipient=GRACE)
        assert words == f"21211: the number {blotted} is not valid"

    @pytest.mark.parametrize(
        ("recipient", "words", "blotted"),
        [
            ("+1234567", "call 123 45 67", "call ***"),
            ("+123456", "call 123 45 6", "call 123 45 6"),
            ("ab", "ab ba", "*** ba"),
            ("a", "ab ba", "ab ba"),
        ],
        ids=["of 7 digits", "of 6 digits", "of two characters", "of one character"],
    )
    def test_is_blotted_out_if_it_is_long_enough_to_be_known(
        self, recipient: str, words: str, blotted: str
    ) -> None:
        assert masked(words, recipient=recipient) == blotted

    def test_is_blotted_out_literally(self) -> None:
        assert masked("no a.b, but axb", recipient="a.b") == "no ***, but axb"

    @given(
        before=st.text(max_size=60),
        after=st.text(max_size=60),
        upper=st.lists(st.booleans(), min_size=len(ADA), max_size=len(ADA)),
        recipient=st.sampled_from([ADA, GRACE]),
    )
    @settings(deadline=None)
    def test_never_survives_whatever_stands_around_it(
        self, before: str, after: str, upper: list[bool], recipient: str
    ) -> None:
        spelling = (
            "".join(c.upper() if up else c for c, up in zip(recipient, upper, strict=False))
            + recipient[len(upper) :]
        )
        words = masked(before + spelling + after, recipient=recipient)
        assert recipient not in words.casefold()


class TestAnybodyElse:
    @pytest.mark.parametrize(
        "words",
        [
            "relaying for linus@example.com denied",
            "relaying for <linus@example.com> denied",
            'relaying for "linus@example.com" denied',
            "relaying for (linus@example.com) denied",
            "relaying for rfc822;linus@example.com denied",
            "relaying for linus+news@mail.example.com denied",
        ],
        ids=["plain", "in angles", "in quotes", "in brackets", "after a type", "with a tag"],
    )
    def test_is_blotted_out_by_address(self, words: str) -> None:
        blotted = masked(words, recipient=ADA)
        assert "linus" not in blotted
        assert "example" not in blotted
        assert blotted.startswith("relaying for ")
        assert blotted.endswith(" denied")

    def test_is_blotted_out_in_a_url(self) -> None:
        words = masked("see https://example.com/u/linus%40example.com now", recipient=ADA)
        assert words == "see https:*** now"

    @pytest.mark.parametrize(
        "number",
        ["+15557654321", "+1 555 765 4321", "+1-555-765-4321", "+1 (555) 765.4321", "+1234567"],
    )
    def test_is_blotted_out_by_number(self, number: str) -> None:
        assert masked(f"call {number} now", recipient=ADA) == "call *** now"

    def test_is_blotted_out_each_time(self) -> None:
        words = masked(f"{ADA}, linus@example.com, {GRACE} and {ADA}", recipient=ADA)
        assert words == "***, ***, *** and ***"


class TestOrdinaryWords:
    @pytest.mark.parametrize(
        "words",
        [
            "",
            "250 2.0.0 Ok: queued as 4F2A11C0D3",
            "451 4.7.1 try again in 300 seconds",
            "Error 30007: carrier filtered",
            "Grüße aus Zürich",
        ],
        ids=["none", "a queue id", "a delay", "a code", "not ASCII"],
    )
    def test_stay_as_they_are(self, words: str) -> None:
        assert masked(words, recipient=ADA) == words

    @pytest.mark.parametrize("recipient", ["", "+"], ids=["nothing", "a lone plus"])
    def test_stay_as_they_are_though_the_address_is_none(self, recipient: str) -> None:
        assert masked("1 + 1 is 2", recipient=recipient) == "1 + 1 is 2"


class TestAnyWords:
    @given(words=st.text(max_size=1200), recipient=st.sampled_from([ADA, GRACE, "", "+"]))
    @settings(deadline=None)
    def test_end_as_one_line_of_bounded_length(self, words: str, recipient: str) -> None:
        blotted = masked(words, recipient=recipient)
        assert len(blotted) <= _LONGEST
        assert blotted.isprintable()

    @pytest.mark.parametrize(
        "control",
        ["\r\n", "\x00", "\x1b[31m", "\u2028", "\u202e", "\ud800", "\x7f"],
        ids=[
            "end of line",
            "null",
            "colour",
            "line separator",
            "right to left",
            "half a character",
            "delete",
        ],
    )
    def test_lose_what_could_forge_a_line_of_the_log(self, control: str) -> None:
        words = masked(f"first{control}second", recipient=ADA)
        assert words.isprintable()
        assert words.startswith("first")
        assert words.endswith("second")

    def test_are_masked_before_they_are_cut(self) -> None:
        words = masked("x" * (_LONGEST - 8) + " " + GRACE, recipient=GRACE)
        assert "1" not in words

    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            ("y" * 250 + " " + "z" * 249, "y" * 250 + " " + "z" * 249),
            ("y" * 250 + " " + "z" * 250, "y" * 250),
            ("w x y" + "z" * 500 + " w", "w x"),
        ],
        ids=["not if they are 500", "if they are 501", "before what they would be cut in"],
    )
    def test_are_cut_between_two_words(self, words: str, kept: str) -> None:
        assert masked(words, recipient=ADA) == kept

    def test_have_a_space_where_they_lost_a_control(self) -> None:
        assert masked("first\tsecond\x00third", recipient=ADA) == "first second third"

    def test_are_cut(self) -> None:
        assert masked("y" * 10 * _LONGEST, recipient=ADA) == "y" * _LONGEST
