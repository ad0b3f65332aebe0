"""When do two events say the same thing?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.wire.producer import (
    ABSENT,
    an_event_with,
    read,
    read_json,
    with_field,
    with_raw,
)

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)


def digest_of(fields: object) -> bytes:
    return read_json(fields).digest


def backwards(value: object) -> object:
    match value:
        case dict():
            return {name: backwards(held) for name, held in reversed(value.items())}
        case list():
            return [backwards(held) for held in value]
        case _:
            return value


def canonical(value: object) -> bytes:
    """With sorted keys, and no spaces."""
    spare = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return spare.encode()


class TestTheDigest:
    def test_is_the_sha_256_of_the_payload_with_sorted_keys(self) -> None:
        """What stands in a store was digested long ago: it must not change."""
        payload = {
            "phoneNumber": "+15551234567",
            "message": 'ü "🚨"\n\u0007',
            "z": {"b": [1], "a": None},
        }
        fields = an_event_with({"payload": payload})
        assert digest_of(fields) == sha256(canonical(payload)).digest()

    @given(more=st.dictionaries(_TEXT, _JSON, max_size=4))
    @settings(deadline=None)
    def test_is_equal_for_keys_in_another_order(self, more: Mapping[str, object]) -> None:
        payload = {"more": more, "email": "a@b.co", "message": "Welcome!"}
        fields = an_event_with({"payload": payload})
        assert digest_of(fields) == digest_of(backwards(fields))

    @given(one=_JSON, other=_JSON)
    @settings(deadline=None)
    def test_is_equal_for_equal_payloads_alone(self, one: object, other: object) -> None:
        digests = {digest_of(with_field("payload.x", value)) for value in (one, other)}
        assert (len(digests) == 1) == (canonical(one) == canonical(other))

    @pytest.mark.parametrize(
        "changes",
        [
            {"eventId": "another"},
            {"messageType": "ALERT_RAISED"},
            {"timestamp": 1},
            {"timestamp": ABSENT},
            {"sendAt": 1, "expiresAt": 2},
            {"category": "news", "data": {"a": 1}, "locale": "de"},
        ],
        ids=["id", "type", "timestamp", "no timestamp", "sendAt and expiresAt", "unread fields"],
    )
    def test_is_of_the_payload_alone(self, changes: Mapping[str, object]) -> None:
        assert digest_of(an_event_with(changes)) == digest_of(an_event_with())

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("email", "grace@example.com"),
            ("email", ABSENT),
            ("email", " ada@example.com"),
            ("phoneNumber", "+15551234568"),
            ("message", "Welcome"),
            ("message", "Welcome!\u0007"),
            ("subject", "Hello"),
            ("html", "<p>Welcome!</p>"),
            ("x", None),
            ("x", [1, 2]),
        ],
        ids=[
            "another email address",
            "no email address",
            "a space before it",
            "another number",
            "another message",
            "a control character",
            "a subject",
            "HTML",
            "an unknown field",
            "an unknown list",
        ],
    )
    def test_is_another_for_another_payload(self, name: str, value: object) -> None:
        assert digest_of(with_field(f"payload.{name}", value)) != digest_of(an_event_with())

    def test_is_another_for_a_list_in_another_order(self) -> None:
        one, other = (digest_of(with_field("payload.x", order)) for order in ([1, 2], [2, 1]))
        assert one != other

    @pytest.mark.parametrize(
        "written",
        [b' "\\u0057elcome!"', b'"Welcome!" ', b'"Hello", "message": "Welcome!"'],
        ids=["escaped", "spaced", "given twice"],
    )
    def test_is_equal_however_it_is_written(self, written: bytes) -> None:
        assert read(with_raw("payload.message", written)).digest == digest_of(an_event_with())
