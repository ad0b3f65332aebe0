"""What is read from an event that can be served, however oddly it is written?"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UnreadableEvent
from domain.event import PLAIN_SUBJECT
from tests.adapters.wire.producer import (
    ABSENT,
    APPENDED_AT,
    an_event_with,
    read,
    read_json,
    with_field,
    with_raw,
)
from tests.builders import ADA, GRACE, NOON

_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_TEXTS = st.lists(
    st.text(max_size=5) | st.sampled_from("\n\r\t\x07\x9f\x85\u2028\u2029 "), max_size=9
).map("".join)


class TestAnEventAsItsProducersPublishIt:
    def test_is_read_field_by_field(self) -> None:
        event = read(
            b'{"eventId": "9f0c", "messageType": "USER_SIGNED_UP", "timestamp": 1700000000000,'
            b' "payload": {"email": "ada@example.com", "phoneNumber": "+15551234567",'
            b' "message": "Welcome!"}}'
        )
        assert event.id == "9f0c"
        assert event.message_type == "USER_SIGNED_UP"
        assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
        assert event.addresses == {"email": "ada@example.com", "phoneNumber": "+15551234567"}
        assert event.text == "Welcome!"
        assert event.subject is None
        assert event.html is None
        assert event.send_at is None
        assert event.expires_at is None

    def test_is_read_with_all_that_is_ours(self) -> None:
        event = read_json(
            an_event_with(
                {"sendAt": 1700000000001, "expiresAt": 1700000000002},
                payload={"subject": "Hello, Ada", "html": "<p>Welcome!</p>"},
            )
        )
        assert event.subject == event.subject_line == "Hello, Ada"
        assert event.html == "<p>Welcome!</p>"
        assert event.send_at == datetime(2023, 11, 14, 22, 13, 20, 1000, tzinfo=UTC)
        assert event.expires_at == datetime(2023, 11, 14, 22, 13, 20, 2000, tzinfo=UTC)

    @pytest.mark.parametrize("name", ["timestamp", "sendAt", "expiresAt"])
    def test_has_its_instants_exact_to_the_millisecond(self, name: str) -> None:
        event = read_json(with_field(name, 253_402_300_799_999))
        instant = {
            "timestamp": event.occurred_at,
            "sendAt": event.send_at,
            "expiresAt": event.expires_at,
        }[name]
        assert instant == datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)

    def test_may_have_happened_at_the_beginning_of_time(self) -> None:
        event = read_json(with_field("timestamp", 0))
        assert event.occurred_at == datetime(1970, 1, 1, tzinfo=UTC)

    def test_may_have_an_instant_written_with_a_fraction_of_nothing(self) -> None:
        event = read(with_raw("timestamp", b"1.7e12"))
        assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)

    @pytest.mark.parametrize("timestamp", [ABSENT, None], ids=["absent", "null"])
    def test_happened_when_its_record_was_appended_if_it_does_not_say(
        self, timestamp: object
    ) -> None:
        assert read_json(with_field("timestamp", timestamp)).occurred_at == APPENDED_AT

    def test_is_a_function_of_its_record_alone(self) -> None:
        value = json.dumps(an_event_with()).encode()
        assert read(value) == read(value)


class TestAnId:
    @pytest.mark.parametrize(
        "id_",
        ["x", "x" * 255, "é" * 255, "🚨" * 255, "../../etc/passwd"],
        ids=["1 character", "255", "255 of two bytes", "255 of four bytes", "with slashes"],
    )
    def test_is_kept_as_it_is(self, id_: str) -> None:
        assert read_json(with_field("eventId", id_)).id == id_


class TestAnAddress:
    @pytest.mark.parametrize("nothing", [ABSENT, None, ""], ids=["absent", "null", "empty"])
    @pytest.mark.parametrize(
        ("other", "left"),
        [("email", {"phoneNumber": GRACE}), ("phoneNumber", {"email": ADA})],
        ids=["only a number is left", "only an email address is left"],
    )
    def test_may_be_missing_in_any_way_as_long_as_there_is_another(
        self, other: str, left: dict[str, str], nothing: object
    ) -> None:
        assert read_json(with_field(f"payload.{other}", nothing)).addresses == left

    @pytest.mark.parametrize(
        "raw",
        ["ada at example.com", "  Ada@Example.COM ", "a\u0007da@example.com", "x" * 5000],
        ids=["none at all", "untidy", "with a bell", "huge"],
    )
    def test_is_judged_by_its_channel_alone(self, raw: str) -> None:
        event = read_json(with_field("payload.email", raw))
        assert event.addresses == {"email": raw, "phoneNumber": GRACE}


class TestAMessageType:
    @pytest.mark.parametrize("type_", ["", "PARCEL_LOST", "user_signed_up", "Ü" * 300])
    def test_that_nobody_knows_is_a_plain_message(self, type_: str) -> None:
        event = read_json(with_field("messageType", type_))
        assert event.message_type == type_
        assert event.subject_line == PLAIN_SUBJECT

    @pytest.mark.parametrize("nothing", [ABSENT, None], ids=["absent", "null"])
    def test_that_is_missing_is_a_plain_message(self, nothing: object) -> None:
        assert read_json(with_field("messageType", nothing)).subject_line == PLAIN_SUBJECT


class TestAnOptionalText:
    @pytest.mark.parametrize("nothing", [ABSENT, None, ""], ids=["absent", "null", "empty"])
    def test_is_the_same_when_absent_null_and_empty(self, nothing: object) -> None:
        event = read_json(an_event_with(payload={"subject": nothing, "html": nothing}))
        assert event.html is None
        assert event.subject_line == "Welcome"

    @pytest.mark.parametrize("subject", [" ", "\n", "\u0007", "\u2028\t"])
    def test_that_says_nothing_leaves_the_default_subject(self, subject: str) -> None:
        assert read_json(with_field("payload.subject", subject)).subject_line == "Welcome"


class TestAFieldNobodyReads:
    @pytest.mark.parametrize(
        "value",
        ["text", 7, -1.5e300, 2**53, True, None, [1, [2]], {"a": {"b": "ü"}}, "\\u0000", "🚨"],
        ids=[
            "text",
            "number",
            "huge number",
            "the largest whole number of JavaScript",
            "true",
            "null",
            "list",
            "object",
            "six characters that would spell U+0000",
            "beyond the basic plane",
        ],
    )
    @pytest.mark.parametrize(
        "path", ["category", "data", "locale", "unheard-of", "payload.category", "payload.x"]
    )
    def test_is_served_and_kept(self, path: str, value: object) -> None:
        whole = json.dumps(with_field(path, value)).encode()
        assert read(whole).body == whole

    def test_is_kept_to_the_byte_with_all_the_rest(self) -> None:
        odd = b'\n{ "x" :1.0, "eventId":"\\u0061", "payload":{"email":"a@b.co","message":"\\/"}}\t'
        event = read(odd)
        assert event.id == "a"
        assert event.text == "/"
        assert event.body == odd


class TestADuplicateKey:
    def test_counts_by_its_last_value(self) -> None:
        event = read(
            b'{"eventId": 7, "eventId": "first", "payload": [], "payload": {"message": "one",'
            b' "email": "eve@example.com", "email": "ada@example.com", "message": "two"},'
            b' "eventId": "last"}'
        )
        assert event.id == "last"
        assert event.text == "two"
        assert event.addresses == {"email": "ada@example.com"}

    def test_can_take_a_field_away(self) -> None:
        with pytest.raises(UnreadableEvent):
            read(with_raw("payload.message", b'"one", "message": null'))


class TestAControlCharacter:
    @pytest.mark.parametrize(
        "control",
        [chr(code) for code in (*range(1, 9), *range(14, 28), 0x1F, 0x7F, 0x80, 0x9B, 0x9F)],
        ids=lambda control: f"U+{ord(control):04X}",
    )
    def test_is_stripped_from_message_and_subject(self, control: str) -> None:
        told = {"message": f"Wel{control}come!", "subject": f"He{control}llo"}
        event = read_json(an_event_with(payload=told))
        assert event.text == "Welcome!"
        assert event.subject == "Hello"

    @pytest.mark.parametrize("end", ["\n", "\r\n", *_LINE_ENDS], ids=ascii)
    def test_never_makes_a_second_line_of_a_subject(self, end: str) -> None:
        subject = read_json(
            with_field("payload.subject", f"Hello{end}Bcc: eve@example.com")
        ).subject
        assert subject is not None
        assert subject.isprintable()
        assert subject.startswith("Hello")
        assert subject.endswith("Bcc: eve@example.com")

    @pytest.mark.parametrize("end", ["\n", "\r\n"], ids=ascii)
    def test_that_ends_a_line_of_the_message_still_does(self, end: str) -> None:
        assert read_json(with_field("payload.message", f"one{end}two")).text == "one\ntwo"

    @given(message=_TEXTS, subject=_TEXTS)
    @settings(deadline=None)
    def test_is_never_left_whatever_is_given(self, message: str, subject: str) -> None:
        told = {"message": f"Welcome!{message}", "subject": subject}
        try:
            event = read_json(an_event_with(payload=told))
        except UnreadableEvent:
            assert "\0" in message + subject
            return
        for text in (event.text, event.subject or ""):
            left = set(text) - set("\n\t" if text is event.text else "")
            assert not any(unicodedata.category(character) == "Cc" for character in left)
            assert not left & set("\u2028\u2029")

    def test_is_left_to_the_html_which_is_sent_as_given(self) -> None:
        html = "<p>\r\n\tWel\u0007come!\u2028</p>  "
        assert read_json(with_field("payload.html", html)).html == html


class TestAnEventThatIsTooLateOrTooEarly:
    @pytest.mark.parametrize("name", ["sendAt", "expiresAt"])
    def test_is_read_all_the_same(self, name: str) -> None:
        long_ago = read_json(with_field(name, 1))
        assert long_ago.text == "Welcome!"
        assert long_ago.has_expired(NOON) == (name == "expiresAt")
