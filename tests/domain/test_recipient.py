"""Which addresses and numbers are read, and which spellings are one recipient?"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidRecipient
from domain.recipient import email_address, phone_number

_LABEL_63 = "d" * 63


class TestAnEmailAddress:
    @pytest.mark.parametrize(
        "raw",
        [
            "ada@example.com",
            "ada.lovelace@example.com",
            "ada+news@example.com",
            "o'grady@example.com",
            "a@b.co",
            "ada@mail.eu.example.com",
            "ada@xn--bcher-kva.example",
            "ada@simulator.tidings.test",
            "!#$%&'*+/=?^_`{|}~-@example.com",
            f"{'a' * 64}@example.com",
            f"ada@{_LABEL_63}.com",
            f"{'a' * 64}@{_LABEL_63}.{_LABEL_63}.{'d' * 57}.com",
        ],
        ids=[
            "plain",
            "with a dot",
            "with a tag",
            "with an apostrophe",
            "short",
            "deep",
            "in punycode",
            "special-use domain",
            "every symbol of an atom",
            "local part of 64",
            "label of 63",
            "254 in all",
        ],
    )
    def test_is_read_by_its_shape(self, raw: str) -> None:
        assert email_address(raw).address == raw

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "   ",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@@example.com",
            "ada@example.com@evil.com",
            "alice@example.org)bob@evil.com",
            "ada@example.com,bob@evil.com",
            "ada@example.com bob@evil.com",
            "ada@example.com>bob@evil.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            '"ada"@example.com',
            '"ada@example.com"@evil.com',
            "ada@example.com\r\nBcc: bob@evil.com",
            "ada@example.com\nbob@evil.com",
            "ada\n@example.com",
            "ada@exam\x00ple.com",
            "ada\x1b@example.com",
            "ad a@example.com",
            "ada@exam ple.com",
            "ad\u00a0a@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "ada..lovelace@example.com",
            "ada@example.com.",
            "ada@.example.com",
            "ada@example..com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@exa_mple.com",
            "ada@[127.0.0.1]",
            "ada%evil.com@",
            "ädä@example.com",
            "ada@exämple.com",
            "ada@example。com",
            "ada\uff20example.com",
            "ada@example.com\u202e",
            f"{'a' * 65}@example.com",
            f"ada@{'d' * 64}.com",
            f"{'a' * 64}@{_LABEL_63}.{_LABEL_63}.{'d' * 58}.com",
            f"ada@{'d.' * 5000}com",
        ],
        ids=[
            "nothing",
            "only spaces",
            "no at",
            "no local part",
            "no domain",
            "no dot in the domain",
            "two ats",
            "an at in the domain",
            "a bracket and a second address",
            "a comma and a second address",
            "a space and a second address",
            "an angle and a second address",
            "in angles",
            "with a name",
            "quoted",
            "an address quoted in another",
            "a header behind it",
            "a line behind it",
            "a newline in it",
            "a NUL in it",
            "an escape in it",
            "a space in the local part",
            "a space in the domain",
            "a no-break space",
            "leading dot",
            "dot before the at",
            "two dots",
            "trailing dot",
            "dot after the at",
            "two dots in the domain",
            "leading hyphen in a label",
            "trailing hyphen in a label",
            "underscore in the domain",
            "an address literal",
            "the percent hack",
            "local part not ASCII",
            "domain not ASCII",
            "an ideographic full stop",
            "an at in full width",
            "an override of direction",
            "local part of 65",
            "label of 64",
            "255 in all",
            "thousands of labels",
        ],
    )
    def test_is_none_if(self, raw: str) -> None:
        with pytest.raises(InvalidRecipient):
            email_address(raw)

    @pytest.mark.parametrize(
        "raw",
        ["ada@example.com", " ada@example.com ", "ADA@example.com", "Ada@EXAMPLE.Com"],
        ids=["plain", "spaces around it", "another case", "another case in the domain"],
    )
    def test_has_one_key_for_every_spelling(self, raw: str) -> None:
        assert email_address(raw).key == email_address("ada@example.com").key

    def test_has_another_key_for_another_address(self) -> None:
        keys = {email_address(f"{name}@example.com").key for name in ("ada", "ada+x", "a.da", "al")}
        assert len(keys) == 4

    def test_keeps_the_case_of_its_local_part_for_the_provider(self) -> None:
        assert email_address("Ada.L@EXAMPLE.com").address == "Ada.L@example.com"

    @pytest.mark.parametrize(
        ("raw", "complaint"),
        [
            ("ada", "not an email address (want a name, an @ and a domain)"),
            (
                f"{'a' * 65}@example.com",
                "an email address of 77 characters (at most 254, 64 of them before the @)",
            ),
        ],
        ids=["of no such shape", "too long"],
    )
    def test_that_is_none_is_told_what_is_wanted(self, raw: str, complaint: str) -> None:
        with pytest.raises(InvalidRecipient) as refused:
            email_address(raw)
        assert str(refused.value) == complaint

    def test_is_never_quoted_in_the_complaint(self) -> None:
        with pytest.raises(InvalidRecipient) as refused:
            email_address("ada@localhost")
        assert "ada" not in str(refused.value)
        assert refused.value.problem

    @given(raw=st.text(max_size=80) | st.from_regex(r"[^@]{0,9}@[^@]{0,9}\.[^@]{0,9}@?.{0,9}"))
    @example(raw="ada@example.com\n")
    @settings(deadline=None)
    def test_can_never_smuggle_anything_into_a_header(self, raw: str) -> None:
        try:
            recipient = email_address(raw)
        except InvalidRecipient:
            return
        assert recipient.address.isascii()
        assert recipient.address.isprintable()
        assert recipient.address.count("@") == 1
        assert not set(recipient.address) & set(' \t\r\n<>()[],;:"\\')
        assert email_address(recipient.address) == recipient


class TestAPhoneNumber:
    @pytest.mark.parametrize(
        ("raw", "address"),
        [
            ("+15551234567", "+15551234567"),
            ("+1234567", "+1234567"),
            ("+123456789012345", "+123456789012345"),
            ("+1 555 123 4567", "+15551234567"),
            ("+1-555-123-4567", "+15551234567"),
            ("+1 (555) 123.4567", "+15551234567"),
            ("+1\u00a0555\u00a0123\u00a04567", "+15551234567"),
            ("  +15551234567 ", "+15551234567"),
        ],
        ids=[
            "E.164",
            "7 digits",
            "15 digits",
            "spaces",
            "hyphens",
            "as printed",
            "no-break spaces",
            "spaces around it",
        ],
    )
    def test_is_read_whatever_separates_its_digits(self, raw: str, address: str) -> None:
        assert phone_number(raw).address == address

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "+",
            "15551234567",
            "0015551234567",
            "+123456",
            "+1234567890123456",
            "++15551234567",
            "+1+5551234567",
            "15551234567+",
            "+1555CALLNOW",
            "+1555123456x7",
            "+15551234567,+15557654321",
            "+15551234567;ext=1",
            "+1555\r\n1234567",
            "+1555\t1234567",
            "+1555\x001234567",
            "\uff0b15551234567",
            "+1５５５１２３４５６７",  # noqa: RUF001
            "+1\u0665\u0665\u06651234567",
            "whatsapp:+15551234567",
            "tel:+15551234567",
            "ada@example.com",
        ],
        ids=[
            "nothing",
            "only a plus",
            "no plus",
            "zeros for the plus",
            "6 digits",
            "16 digits",
            "two pluses",
            "a plus in it",
            "the plus behind it",
            "letters for digits",
            "a letter in it",
            "two numbers",
            "an extension",
            "a line break in it",
            "a tab in it",
            "a NUL in it",
            "a plus in full width",
            "digits in full width",
            "digits of another script",
            "another scheme",
            "a URI",
            "an address",
        ],
    )
    def test_is_none_if(self, raw: str) -> None:
        with pytest.raises(InvalidRecipient):
            phone_number(raw)

    def test_has_one_key_for_every_spelling(self) -> None:
        spellings = ["+15551234567", "+1 555 123 4567", "+1 (555) 123-4567", " +1.555.123.4567"]
        assert len({phone_number(spelling).key for spelling in spellings}) == 1

    def test_has_another_key_for_another_number(self) -> None:
        assert phone_number("+15551234567").key != phone_number("+15551234568").key

    def test_that_is_none_is_told_what_is_wanted(self) -> None:
        with pytest.raises(InvalidRecipient) as refused:
            phone_number("555")
        assert str(refused.value) == (
            "not a phone number (want + and 7 to 15 digits, as +15551234567)"
        )

    def test_is_never_quoted_in_the_complaint(self) -> None:
        with pytest.raises(InvalidRecipient) as refused:
            phone_number("555 765 4321")
        assert "765" not in str(refused.value)
        assert refused.value.problem

    @given(raw=st.text(alphabet="+0123456789 -.()\n\t٣３", max_size=24))  # noqa: RUF001
    @settings(deadline=None)
    def test_is_always_a_plus_and_7_to_15_plain_digits(self, raw: str) -> None:
        try:
            recipient = phone_number(raw)
        except InvalidRecipient:
            return
        assert recipient.address[0] == "+"
        assert set(recipient.address[1:]) <= set("0123456789")
        assert 7 <= len(recipient.address) - 1 <= 15
