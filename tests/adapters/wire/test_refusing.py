"""Which records hold no event, and what is said of them?"""

from __future__ import annotations

import json
import traceback

import pytest

from domain.errors import UnreadableEvent
from tests.adapters.wire.producer import (
    ABSENT,
    an_event_with,
    read,
    read_json,
    with_field,
    with_raw,
)

TEXT_FIELDS = [
    "eventId",
    "messageType",
    "payload.email",
    "payload.phoneNumber",
    "payload.message",
    "payload.subject",
    "payload.html",
]
INSTANTS = ["timestamp", "sendAt", "expiresAt"]
ANYWHERE = [*TEXT_FIELDS, "unheard-of", "payload.unheard-of"]


def complaint(value: bytes | None) -> UnreadableEvent:
    with pytest.raises(UnreadableEvent) as refused:
        read(value)
    return refused.value


def complaint_on(fields: object) -> UnreadableEvent:
    with pytest.raises(UnreadableEvent) as refused:
        read_json(fields)
    return refused.value


def said_of(value: bytes) -> str:
    """All that can be read of the refusal, its causes too; nothing if there is none."""
    try:
        read(value)
    except UnreadableEvent as error:
        return "".join(traceback.format_exception(error)) + error.field + error.problem
    return ""


class TestARecordThatIsNotJson:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            b"",
            b" \n",
            b"hello",
            b'{"eventId": "9f0c"',
            b'{"eventId": "9f0c',
            b"{'eventId': '9f0c'}",
            b"\x00\x01\x02\xff",
            json.dumps(an_event_with()).encode() + b"}",
            json.dumps(an_event_with()).encode() + json.dumps(an_event_with()).encode(),
            json.dumps(an_event_with()).encode() + b"\x00",
            b"\xef\xbb\xbf" + json.dumps(an_event_with()).encode(),
            json.dumps(an_event_with()).encode("utf-16"),
            json.dumps(an_event_with()).replace('"9f0c",', '"9f0c",,').encode(),
            with_raw("payload.message", b'"a\nb"'),
            with_raw("payload.message", b'"\\x41"'),
            with_raw("payload.message", b'"\xff"'),
            with_raw("payload.message", b'"\xc0\xaf"'),
            with_raw("unheard-of", b"01"),
            with_raw("unheard-of", b"nul"),
        ],
        ids=[
            "a tombstone",
            "empty",
            "blank",
            "words",
            "cut off",
            "cut off in a string",
            "single quotes",
            "binary",
            "one bracket too many",
            "two events",
            "a NUL behind it",
            "a byte order mark",
            "UTF-16",
            "one comma too many",
            "a bare newline in a string",
            "an escape that is none",
            "a byte that is not UTF-8",
            "UTF-8 longer than need be",
            "a number with a leading zero",
            "a word that is none",
        ],
    )
    def test_is_refused_as_a_whole(self, value: bytes | None) -> None:
        assert complaint(value).field == "record"

    @pytest.mark.parametrize(
        "value", [b"[]", b'"text"', b"7", b"1.5", b"null", b"true"], ids=lambda v: v.decode()
    )
    def test_is_refused_if_it_is_json_but_no_object(self, value: bytes) -> None:
        error = complaint(value)
        assert error.field == "record"
        assert "object" in error.problem


class TestAFieldOfTheWrongType:
    @pytest.mark.parametrize(
        ("value", "shape"),
        [
            (7, "number"),
            (0, "number"),
            (1.5, "number"),
            (True, "true or false"),
            (False, "true or false"),
            ([], "list"),
            (["text"], "list"),
            ({}, "object"),
            ({"a": "text"}, "object"),
        ],
        ids=["7", "0", "1.5", "true", "false", "empty list", "list", "empty object", "object"],
    )
    @pytest.mark.parametrize("path", TEXT_FIELDS)
    def test_is_refused_where_text_is_wanted(self, path: str, value: object, shape: str) -> None:
        error = complaint_on(with_field(path, value))
        assert error.field == path
        assert shape in error.problem
        assert path in str(error)

    @pytest.mark.parametrize(
        ("value", "shape"),
        [
            ("1700000000000", "text"),
            ("2023-11-14T22:13:20Z", "text"),
            ("", "text"),
            (True, "true or false"),
            (False, "true or false"),
            ([], "list"),
            ({}, "object"),
            (1700000000000.5, "number"),
        ],
        ids=["digits", "ISO 8601", "empty", "true", "false", "list", "object", "half of one"],
    )
    @pytest.mark.parametrize("path", INSTANTS)
    def test_is_refused_where_milliseconds_are_wanted(
        self, path: str, value: object, shape: str
    ) -> None:
        error = complaint_on(with_field(path, value))
        assert error.field == path
        assert shape in error.problem

    @pytest.mark.parametrize(
        ("value", "shape"),
        [
            (ABSENT, "nothing"),
            (None, "nothing"),
            ("Welcome!", "text"),
            ('{"message": "Welcome!", "email": "ada@example.com"}', "text"),
            (7, "number"),
            (True, "true or false"),
            ([{"message": "Welcome!"}], "list"),
        ],
        ids=["absent", "null", "text", "JSON in JSON", "number", "true", "list"],
    )
    def test_is_refused_where_the_payload_is_wanted(self, value: object, shape: str) -> None:
        error = complaint_on(an_event_with({"payload": value}))
        assert error.field == "payload"
        assert shape in error.problem


class TestAnIdThatIsNone:
    @pytest.mark.parametrize(
        "id_",
        [ABSENT, None, "", "x" * 256, "é" * 256, "x" * 200_000],
        ids=["absent", "null", "empty", "256 characters", "256 of two bytes", "huge"],
    )
    def test_is_refused(self, id_: object) -> None:
        error = complaint_on(with_field("eventId", id_))
        assert error.field == "eventId"
        assert "255" in error.problem


class TestAMessageThatSaysNothing:
    @pytest.mark.parametrize(
        "message",
        [ABSENT, None, "", " ", "\n \t\r\n", "\u00a0\u2003\u3000", "\u0007\u009f", " \u0001\n"],
        ids=[
            "absent",
            "null",
            "empty",
            "a space",
            "blank lines",
            "spaces of other kinds",
            "only control characters",
            "blank but for a control character",
        ],
    )
    def test_is_refused(self, message: object) -> None:
        assert complaint_on(with_field("payload.message", message)).field == "payload.message"


class TestNoAddressAtAll:
    @pytest.mark.parametrize("email", [ABSENT, None, ""], ids=["absent", "null", "empty"])
    @pytest.mark.parametrize("number", [ABSENT, None, ""], ids=["absent", "null", "empty"])
    def test_is_refused(self, email: object, number: object) -> None:
        error = complaint_on(an_event_with(payload={"email": email, "phoneNumber": number}))
        assert error.field == "payload"
        assert "payload.email" in error.problem
        assert "payload.phoneNumber" in error.problem


class TestTheCharacterNul:
    @pytest.mark.parametrize("path", ANYWHERE)
    @pytest.mark.parametrize("written", [b'"a\\u0000b"', b'"\\u0000"', b'"a\x00b"', b'["\\u0000"]'])
    def test_is_refused_anywhere(self, path: str, written: bytes) -> None:
        complaint(with_raw(path, written))

    @pytest.mark.parametrize("path", ["unheard-of", "payload.unheard-of"])
    def test_is_refused_deep_down_and_in_a_key(self, path: str) -> None:
        complaint(with_raw(path, b'[1, {"a": ["x", {"b": "\\u0000"}]}]'))
        complaint(with_raw(path, b'{"a\\u0000": 1}'))

    def test_is_refused_in_a_key_of_the_event_itself(self) -> None:
        complaint(with_raw("unheard-of", b'1, "\\u0000": 1'))

    def test_is_refused_even_behind_one_that_is_only_spelled(self) -> None:
        complaint(with_raw("payload.unheard-of", b'["\\\\u0000", "\\\\\\u0000"]'))


class TestALoneSurrogate:
    @pytest.mark.parametrize("path", ANYWHERE)
    @pytest.mark.parametrize(
        "written",
        [
            b'"\\ud800"',
            b'"a\\udbffb"',
            b'"\\udc00"',
            b'"\\udfff\\ud800"',
            b'"\\ud83d\\ud83d\\ude00"',
            b'"\xed\xa0\x80"',
            b'"\xed\xa0\xbd\xed\xb8\x80"',
            b'{"\\ud800": 1}',
        ],
        ids=[
            "high",
            "high before a letter",
            "low",
            "the wrong way round",
            "high before a pair",
            "in bytes",
            "a pair in bytes",
            "in a key",
        ],
    )
    def test_is_refused_anywhere(self, path: str, written: bytes) -> None:
        complaint(with_raw(path, written))

    def test_is_no_part_of_a_pair(self) -> None:
        assert read(with_raw("payload.message", b'"\\ud83d\\udea8"')).text == "🚨"


class TestANumberOutOfRange:
    @pytest.mark.parametrize("path", ["timestamp", "unheard-of", "payload.unheard-of"])
    @pytest.mark.parametrize(
        "number",
        [
            b"NaN",
            b"Infinity",
            b"-Infinity",
            b"nan",
            b"inf",
            b"1e400",
            b"-1e400",
            b"1e99999999999999999999",
            b"1" + b"0" * 20,
            b"-1" + b"0" * 20,
            b"1" + b"0" * 4400,
            b"[[1, 100000000000000000000]]",
        ],
        ids=[
            "NaN",
            "Infinity",
            "minus Infinity",
            "nan",
            "inf",
            "too large",
            "too small",
            "an exponent too large itself",
            "21 digits",
            "minus 21 digits",
            "more digits than Python reads",
            "deep down",
        ],
    )
    def test_is_refused_anywhere(self, path: str, number: bytes) -> None:
        complaint(with_raw(path, number))

    @pytest.mark.parametrize("number", [2**63, -(2**63) - 1], ids=["above", "below"])
    def test_is_refused_from_the_first_that_does_not_fit_into_64_bits(self, number: int) -> None:
        complaint(with_raw("unheard-of", str(number).encode()))

    @pytest.mark.parametrize("number", [2**63 - 1, -(2**63)], ids=["largest", "smallest"])
    def test_is_read_up_to_the_last_that_fits(self, number: int) -> None:
        read(with_raw("unheard-of", str(number).encode()))

    @pytest.mark.parametrize("path", INSTANTS)
    @pytest.mark.parametrize(
        "instant",
        [-1, 253_402_300_800_000, 10**17, -(10**17), 1e300, 1_700_000_000_000_000],
        ids=["1969", "the year 10000", "far off", "long ago", "1e300", "microseconds"],
    )
    def test_is_refused_as_an_instant(self, path: str, instant: object) -> None:
        assert complaint_on(with_field(path, instant)).field == path


class TestWhatIsSaidOfIt:
    """Errors are kept with the dead letter and shown: they hold no personal data."""

    CANARY = "canary@secret.example"
    NUMBER = "5550199321"

    @pytest.mark.parametrize("path", [*TEXT_FIELDS, *INSTANTS, "payload", "unheard-of"])
    @pytest.mark.parametrize(
        "shape",
        [
            '["{}"]',
            '{{"{}": "{}"}}',
            '{{"a": {{"{}": []}}}}',
            '"{}',
            '"{}\\ud800"',
            '"{}\\u0000"',
            '"{}\x07"',
            '"{}" "{}"',
            '"{}": 1',
            '"\\{}"',
            "{}",
            '["{}", NaN]',
            '["{}", 1e400]',
            '["{}", 100000000000000000000]',
            "[" * 40 + '"{}"' + "]" * 40,
            '"' + "{}" * 13_000 + '"',
        ],
        ids=[
            "in a list",
            "in an object",
            "as a key",
            "in a string without an end",
            "before a lone surrogate",
            "before U+0000",
            "before a bare control character",
            "twice",
            "in a key that should be a value",
            "behind a backslash",
            "without quotes",
            "beside NaN",
            "beside a number too large",
            "beside a number too long",
            "too deep",
            "too large",
        ],
    )
    def test_never_holds_what_stood_there(self, path: str, shape: str) -> None:
        said = said_of(with_raw(path, shape.format(*[self.CANARY] * 13_000).encode()))
        assert said or path == "unheard-of"
        assert "canary" not in said
        assert "secret" not in said

    @pytest.mark.parametrize("path", [*TEXT_FIELDS, *INSTANTS, "payload"])
    @pytest.mark.parametrize("sign", ["", "-", "0.", "00", "1e", "+", "9999999999999"])
    def test_never_holds_a_number_that_stood_there(self, path: str, sign: str) -> None:
        said = said_of(with_raw(path, f"{sign}{self.NUMBER}".encode()))
        assert said or path in INSTANTS
        assert self.NUMBER not in said

    @pytest.mark.parametrize(
        ("path", "value"),
        [("eventId", CANARY * 20), ("payload.message", ""), ("payload", ABSENT), ("payload", 7)],
        ids=["the id", "the message", "no payload", "a payload of another type"],
    )
    def test_never_holds_what_stood_beside_it(self, path: str, value: object) -> None:
        fields = an_event_with(
            {"messageType": self.CANARY, self.CANARY: self.CANARY},
            payload={"email": self.CANARY, "subject": self.CANARY, "message": self.CANARY},
        )
        if path == "payload.message":
            fields["payload"] = {"email": self.CANARY, "message": value}
        else:
            fields |= {path: None if value is ABSENT else value}
        assert "canary" not in said_of(json.dumps(fields).encode())

    def test_never_holds_an_address_whose_field_is_spelled_wrongly(self) -> None:
        fields = an_event_with(
            payload={"email": ABSENT, "phoneNumber": ABSENT, "Email": self.CANARY}
        )
        assert "canary" not in str(complaint_on(fields))

    @pytest.mark.parametrize("path", [*TEXT_FIELDS, *INSTANTS])
    def test_says_which_field_what_stands_there_and_what_should(self, path: str) -> None:
        error = complaint_on(with_field(path, [1, 2, 3]))
        assert str(error) == f"{path}: {error.problem}"
        assert "a list" in error.problem
        assert "wanted" in error.problem

    def test_says_where_the_byte_is_that_is_not_utf_8(self) -> None:
        value = with_raw("payload.message", b'"Welcome\xff"')
        assert f"byte {value.index(0xFF)} " in complaint(value).problem + " "
