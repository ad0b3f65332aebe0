"""Is every record, however hostile, judged within bounds and with nothing but a verdict?"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UnreadableEvent
from domain.event import Event
from tests.adapters.wire.producer import ABSENT, an_event_with, read, read_json, with_raw

LARGEST = 256 * 1024
DEEPEST = 32

_ANY_TEXT = st.lists(
    st.text(st.characters(), max_size=5) | st.sampled_from('"\\[]{}\0\ud800\n'), max_size=5
).map("".join)
_NUMBERS = st.integers() | st.floats() | st.integers(-(2**70), 2**70)
_ANY_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
_MAYBE = st.just(ABSENT) | _ANY_JSON
_FRAGMENTS = st.sampled_from(
    [
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"NaN",
        b"-1",
        b"1e999",
        b'"eventId":null,',
        b"\\u0000",
        b"\\ud800",
        b"\xff",
        b"\x00",
        b"[" * 40,
        b"9" * 30,
    ]
)


def verdict(value: bytes) -> Event | None:
    """Anything but an event or the one error is a failure of the test."""
    try:
        event = read(value)
    except UnreadableEvent:
        return None
    assert 1 <= len(event.id) <= 255
    assert event.text.strip()
    assert event.addresses
    assert event.body == value
    assert len(event.digest) == 32
    told = [event.id, event.message_type, event.text, event.subject_line, event.html or ""]
    for text in [*told, *event.addresses.values()]:
        assert "\0" not in text
        text.encode()
    return event


def depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
        case list():
            return 1 + max(map(depth, value), default=0)
        case _:
            return 0


@contextmanager
def seconds_of_work(limit: float) -> Iterator[None]:
    """Of this process's own, so that a busy machine changes nothing."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"more than {limit} s of work")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def filled(
    pattern: bytes, *, before: bytes = b"", after: bytes = b"", size: int = LARGEST
) -> bytes:
    times = (size - len(before) - len(after)) // len(pattern)
    return before + pattern * times + after


class TestAnyBytes:
    @given(value=st.binary(max_size=200))
    @settings(deadline=None)
    def test_are_an_event_or_unreadable(self, value: bytes) -> None:
        verdict(value)


class TestAnyJson:
    @given(value=_ANY_JSON)
    @settings(deadline=None)
    def test_is_an_event_or_unreadable(self, value: object) -> None:
        verdict(json.dumps(value).encode())

    @given(
        fields=st.fixed_dictionaries(
            {
                name: _MAYBE | st.just(good)
                for name, good in an_event_with().items()
                if name != "payload"
            }
            | {"sendAt": _MAYBE, "expiresAt": _MAYBE, "unheard-of": _MAYBE}
        ),
        payload=st.fixed_dictionaries(
            {
                "email": _MAYBE | st.just("ada@example.com"),
                "phoneNumber": _MAYBE,
                "message": _MAYBE | st.just("Welcome!") | _ANY_TEXT,
                "subject": _MAYBE | _ANY_TEXT,
                "html": _MAYBE | _ANY_TEXT,
                "unheard-of": _MAYBE,
            }
        ),
    )
    @settings(deadline=None)
    def test_in_any_field_is_an_event_or_unreadable(
        self, fields: dict[str, object], payload: dict[str, object]
    ) -> None:
        verdict(json.dumps(an_event_with(fields, payload=payload)).encode())


class TestAnEventThatWasDamaged:
    WHOLE = json.dumps(
        an_event_with({"expiresAt": 1700000000000}, payload={"subject": "é🚨", "x": [{}, "\\"]}),
        ensure_ascii=False,
    ).encode()

    @given(
        damage=st.lists(
            st.tuples(
                st.integers(0, len(WHOLE)),
                st.integers(0, 8),
                st.binary(max_size=3) | _FRAGMENTS,
            ),
            min_size=1,
            max_size=4,
        )
    )
    @settings(deadline=None, max_examples=300)
    def test_is_an_event_or_unreadable(self, damage: list[tuple[int, int, bytes]]) -> None:
        value = self.WHOLE
        for place, gone, put in damage:
            value = value[:place] + put + value[place + gone :]
        verdict(value)

    def test_is_unreadable_wherever_it_was_cut_off(self) -> None:
        for end in range(len(self.WHOLE)):
            assert verdict(self.WHOLE[:end]) is None


class TestTheSizeOfARecord:
    @staticmethod
    def of(size: int, *, filler: bytes = b"x") -> bytes:
        before, after = with_raw("payload.message", b'"\x00"').split(b"\x00")
        return filled(filler, before=before, after=after + b" " * 8, size=size).ljust(size)

    @pytest.mark.parametrize("filler", [b"x", "é".encode(), b"\\u00e9", b"["])
    def test_may_be_256_kib(self, filler: bytes) -> None:
        value = self.of(LARGEST, filler=filler)
        assert len(value) == LARGEST
        assert read(value).body == value

    @pytest.mark.parametrize("filler", [b"x", "é".encode(), b"\\u00e9", b"["])
    def test_may_be_no_byte_more(self, filler: bytes) -> None:
        with pytest.raises(UnreadableEvent) as refused:
            read(self.of(LARGEST + 1, filler=filler))
        assert refused.value.field == "record"
        assert str(LARGEST + 1) in refused.value.problem

    def test_is_looked_at_before_anything_else(self) -> None:
        with pytest.raises(UnreadableEvent, match=str(LARGEST + 1)):
            read(b"[" * (LARGEST + 1))


class TestTheDepthOfARecord:
    @pytest.mark.parametrize(
        ("path", "outside"),
        [("unheard-of", 1), ("payload.unheard-of", 2)],
        ids=["beside the payload", "in the payload"],
    )
    @pytest.mark.parametrize(
        ("opening", "closing"),
        [(b"[", b"]"), (b'{"a":', b"}"), (b'[0,{"]}":"}","a":', b"}]")],
        ids=["lists", "objects", "both by turns"],
    )
    def test_may_be_32_and_no_more(
        self, path: str, outside: int, opening: bytes, closing: bytes
    ) -> None:
        levels = opening.count(b"[") + opening.count(b"{")
        pairs, rest = divmod(DEEPEST - outside, levels)
        core = b"[]" if rest else b"0"
        allowed = opening * pairs + core + closing * pairs
        read(with_raw(path, allowed))
        with pytest.raises(UnreadableEvent) as refused:
            read(with_raw(path, b"[" + allowed + b"]"))
        assert "32" in refused.value.problem

    @pytest.mark.parametrize(
        "text",
        ["[" * 99, "{" * 99, '"' + "[" * 99, '\\"' + "[" * 99, "\\" * 7 + "{" * 99, "]" * 99],
        ids=["brackets", "braces", "a quote first", "an escape first", "backslashes", "closing"],
    )
    def test_does_not_count_brackets_within_text(self, text: str) -> None:
        assert read_json(an_event_with(payload={"message": text})).text == text
        read_json(an_event_with({text: text}, payload={text: [text, {text: text}]}))

    def test_does_not_count_what_is_closed_again(self) -> None:
        read_json(an_event_with({"wide": [[[]], {"a": {}}] * 5000}))

    @pytest.mark.parametrize(
        "text",
        ["\\", '"', '\\"', '\\\\"', "]" * 99, '"' + "}" * 99, "\\" * 8],
        ids=[
            "a backslash",
            "a quote",
            "an escaped quote",
            "more of both",
            "closing brackets",
            "a quote and closing braces",
            "many backslashes",
        ],
    )
    def test_cannot_be_hidden_behind_text(self, text: str) -> None:
        deep: object = text
        for _ in range(DEEPEST):
            deep = [text, deep]
        with pytest.raises(UnreadableEvent, match="32"):
            read_json(an_event_with({text: text, "deep": deep}))

    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"":'])
    def test_is_refused_without_an_end_to_it(self, opening: bytes) -> None:
        with pytest.raises(UnreadableEvent, match="32"):
            read(filled(opening))

    @given(
        core=st.recursive(
            st.text('"\\[]{}a', max_size=6),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\[{'), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        wraps=st.lists(st.booleans(), min_size=24, max_size=36),
    )
    @settings(deadline=None)
    def test_decides_alone_for_what_is_json(self, core: object, wraps: list[bool]) -> None:
        for is_list in wraps:
            core = ["]", core] if is_list else {"[": core}
        fields = an_event_with({"unheard-of": core})
        is_read = verdict(json.dumps(fields).encode()) is not None
        assert is_read == (depth(fields) <= DEEPEST)


class TestAHostileRecord:
    """Two seconds are ten times what a slow machine takes for the largest of these."""

    @pytest.mark.parametrize(
        "value",
        [
            filled(b"["),
            filled(b"]", after=b"[" * 50_000),
            filled(b"[],", before=b"["),
            filled(b'"', before=b"[]" * 40),
            filled(b'"",', before=b"[" + b"[]," * 40),
            filled(b"\\", before=b'"' + b"[" * 40),
            filled(b'\\"', before=b"[]" * 40 + b'"'),
            filled(b'\\"', before=b"[]" * 40 + b'"', after=b'"'),
            filled(b'\\"', before=b"[]" * 40 + b'"', after=b"\\\n"),
            filled(b'{"a":1,"a":', after=b"1"),
            filled(b'"a":1,', before=b"{", after=b'"a":1}'),
            filled(b'"\\u0000",', before=b"[", after=b"0]"),
            filled(b"9"),
            filled(b"9" * 4000 + b",", before=b'{"a":[', after=b"0]}"),
            filled(b"1" * 19 + b",", before=b'{"a":[', after=b"0]}"),
            filled(b"1e", before=b"["),
            filled(b" "),
            filled(b"\xff", before=b'{"a":"'),
            filled(b"\\ud83d", before=b'{"a":"'),
        ],
        ids=[
            "only opening brackets",
            "closing before opening ones",
            "brackets side by side",
            "only quotes",
            "empty strings",
            "only backslashes",
            "a string of quotes without an end",
            "a string of quotes",
            "a string of quotes with an escaped newline",
            "objects without an end",
            "one key over and over",
            "U+0000 over and over",
            "one number",
            "long numbers",
            "numbers of 19 digits",
            "exponents",
            "only spaces",
            "no UTF-8",
            "half pairs",
        ],
    )
    def test_is_judged_with_little_work(self, value: bytes) -> None:
        assert len(value) <= LARGEST
        with seconds_of_work(2):
            verdict(value)

    def test_is_judged_with_little_work_though_a_string_ends_in_half_an_escape(self) -> None:
        with seconds_of_work(2):
            verdict(filled(b'\\"', before=b"[]" * 40 + b'"', after=b"\\"))

    @given(pattern=st.text('"\\[]{},:au01-. \n', min_size=1, max_size=5))
    @settings(deadline=None, max_examples=40)
    def test_of_any_pattern_is_judged_with_little_work(self, pattern: str) -> None:
        begun = b'{"a":[' + b"[]," * 40
        with seconds_of_work(2):
            verdict(filled(pattern.encode(), before=begun, after=b"]}", size=LARGEST // 8))
