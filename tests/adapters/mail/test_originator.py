"""Which settings say whom an email comes from?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mail.originator import Originator
from domain.errors import InvalidRecipient

_PARTS = st.sampled_from(["<", ">", '"', "@", "ada@example.com", "\r\n", ",", "=?", " ", "\x00"])


class TestAnOriginator:
    @pytest.mark.parametrize(
        ("text", "name", "address"),
        [
            ("noreply@yourapp.com", "", "noreply@yourapp.com"),
            (" noreply@yourapp.com ", "", "noreply@yourapp.com"),
            ("<noreply@yourapp.com>", "", "noreply@yourapp.com"),
            ("Tidings <noreply@yourapp.com>", "Tidings", "noreply@yourapp.com"),
            ("Your App <noreply@yourapp.com>", "Your App", "noreply@yourapp.com"),
            ('"Your App, Inc." <noreply@yourapp.com>', "Your App, Inc.", "noreply@yourapp.com"),
            ("Your App, Inc. <noreply@yourapp.com>", "Your App, Inc.", "noreply@yourapp.com"),
            ("Bücher & Söhne <noreply@yourapp.com>", "Bücher & Söhne", "noreply@yourapp.com"),
            ("🚨 Alerts <noreply@YourApp.com>", "🚨 Alerts", "noreply@yourapp.com"),
        ],
        ids=[
            "an address",
            "spaces around it",
            "in angles",
            "a name",
            "two words",
            "quoted",
            "a comma without quotes",
            "umlauts",
            "beyond the basic plane",
        ],
    )
    def test_may_carry_a_display_name(self, text: str, name: str, address: str) -> None:
        assert Originator.parse(text) == Originator(name=name, address=address)

    def test_has_the_domain_of_its_address(self) -> None:
        assert Originator.parse("Tidings <noreply@mail.yourapp.com>").domain == "mail.yourapp.com"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "  ",
            "Tidings",
            "Tidings <>",
            "Tidings <noreply>",
            "Tidings <noreply@localhost>",
            "Tidings <noreply@yourapp.com",
            "Tidings noreply@yourapp.com>",
            "Tidings noreply@yourapp.com",
            "noreply@yourapp.com Tidings",
            "noreply@yourapp.com, eve@evil.example",
            "Tidings <noreply@yourapp.com>, Eve <eve@evil.example>",
            "Tidings <noreply@yourapp.com> <eve@evil.example>",
            "Tidings <noreply@yourapp.com, eve@evil.example>",
            "Tidings <noreply@yourapp.com>\r\nBcc: eve@evil.example",
            "Tidings <noreply@yourapp.com\r\nBcc: eve@evil.example>",
            "Tidings\r\nBcc: eve@evil.example <noreply@yourapp.com>",
            "Tid\nings <noreply@yourapp.com>",
            "Tid\rings <noreply@yourapp.com>",
            '"Tidings\n" <noreply@yourapp.com>',
            "Tid\0ings <noreply@yourapp.com>",
            "Tid\x1b[31mings <noreply@yourapp.com>",
            "Tid\x7fings <noreply@yourapp.com>",
            "Tid\x85ings <noreply@yourapp.com>",
            "Tid\u2028ings <noreply@yourapp.com>",
            "Tid\u202eings <noreply@yourapp.com>",
            "Tid\ud800ings <noreply@yourapp.com>",
        ],
        ids=[
            "empty",
            "blank",
            "a name alone",
            "empty angles",
            "no domain",
            "no dot in the domain",
            "an angle never closed",
            "an angle never opened",
            "no angles",
            "a name behind it",
            "two addresses",
            "two with names",
            "two in angles",
            "two within the angles",
            "a header behind it",
            "a header within the angles",
            "a header in the name",
            "a newline in the name",
            "a carriage return in the name",
            "a newline in quotes",
            "a NUL",
            "an escape",
            "a delete",
            "a next line",
            "a line separator",
            "an override of direction",
            "half a pair",
        ],
    )
    def test_is_none_if(self, text: str) -> None:
        with pytest.raises(InvalidRecipient):
            Originator.parse(text)

    @given(text=st.text(max_size=30) | st.lists(_PARTS | st.text(max_size=4)).map("".join))
    @settings(deadline=None)
    def test_can_never_smuggle_anything_into_a_header(self, text: str) -> None:
        try:
            originator = Originator.parse(text)
        except InvalidRecipient:
            return
        assert originator.name.isprintable()
        assert not set(originator.name) & set('<>"')
        assert originator.address.isascii()
        assert originator.address.isprintable()
        assert originator.address.count("@") == 1
        assert not set(originator.address) & set(' <>()[],;:"\\')
