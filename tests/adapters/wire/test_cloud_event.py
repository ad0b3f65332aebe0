"""Is a CloudEvent read as the same event in our own format would be?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from adapters.wire.decoder import DEEPEST, LARGEST, WireDecoder
from domain.errors import UnreadableEvent
from domain.event import Event
from domain.record import Record
from tests.adapters.wire.producer import NOON_MS, an_event_with, read_json, record
from tests.builders import ADA, GRACE, NOON

_DECODER = WireDecoder(("email", "phoneNumber"))
DATA: dict[str, object] = {"email": ADA, "phoneNumber": GRACE, "message": "Welcome!"}
ATTRIBUTES: dict[str, object] = {
    "specversion": "1.0",
    "id": "9f0c",
    "source": "/shop",
    "type": "USER_SIGNED_UP",
    "time": "2026-03-02T12:00:00Z",
}


def structured(changes: Mapping[str, object] | None = None) -> Record:
    fields = (
        ATTRIBUTES | {"datacontenttype": "application/json", "data": DATA} | dict(changes or {})
    )
    whole = json.dumps({name: value for name, value in fields.items() if value is not None})
    return replace(
        record(whole.encode()), headers={"content-type": b"application/cloudevents+json"}
    )


def binary(changes: Mapping[str, object] | None = None, *, data: bytes | None = None) -> Record:
    fields = ATTRIBUTES | dict(changes or {})
    attributes = {f"ce_{name}": str(value).encode() for name, value in fields.items() if value}
    return replace(
        record(json.dumps(DATA).encode() if data is None else data),
        headers=attributes | {"content-type": b"application/json"},
    )


def complaint(of: Record) -> str:
    with pytest.raises(UnreadableEvent) as refused:
        _DECODER.decode(of)
    return str(refused.value)


class Mode(Protocol):
    def __call__(self, changes: Mapping[str, object] | None = None) -> Record: ...


MODES = pytest.mark.parametrize("mode", [structured, binary], ids=["structured", "binary"])


@MODES
class TestACloudEvent:
    def test_says_what_the_same_event_says_in_our_own_format(self, mode: Mode) -> None:
        said, ours = _DECODER.decode(mode()), read_json(an_event_with({"timestamp": NOON_MS}))
        assert replace(said, body=b"") == replace(ours, body=b"")

    def test_keeps_a_body_that_is_read_without_its_headers(self, mode: Mode) -> None:
        said: Event = _DECODER.decode(mode({"sendat": "2026-03-02T13:00:00+01:00"}))
        assert _DECODER.decode(record(said.body)) == said

    def test_may_be_for_later_and_only_until_then(self, mode: Mode) -> None:
        said = _DECODER.decode(
            mode({"sendat": "2026-03-02T14:00:00.5+01:00", "expiresat": "2026-03-02T15:00:00Z"})
        )
        assert said.send_at == NOON + timedelta(hours=1, seconds=0.5)
        assert said.expires_at == NOON + timedelta(hours=3)

    def test_that_names_no_instant_occurred_when_it_was_appended(self, mode: Mode) -> None:
        assert _DECODER.decode(mode({"time": None})).occurred_at == mode().appended_at

    @pytest.mark.parametrize("time", ["noon", "2026-04-02T12:00:00", "1969-12-31T23:59:59Z"])
    def test_of_no_instant_is_unreadable(self, mode: Mode, time: str) -> None:
        assert time not in complaint(mode({"time": time}))

    def test_of_another_version_is_unreadable(self, mode: Mode) -> None:
        assert "another version" in complaint(mode({"specversion": "2.0"}))

    def test_without_an_id_is_unreadable(self, mode: Mode) -> None:
        assert "eventId" in complaint(mode({"id": None}))

    def test_is_passed_over_only_by_the_lane_that_it_does_not_name(self, mode: Mode) -> None:
        only_email = {"message": "Welcome!", "email": ADA}
        of_email = (
            structured({"data": only_email})
            if mode is structured
            else binary(data=json.dumps(only_email).encode())
        )
        assert _DECODER.passes_over(of_email, "phoneNumber")
        assert not _DECODER.passes_over(of_email, "email")


class TestOneInStructuredMode:
    def test_is_known_without_its_header(self) -> None:
        assert _DECODER.decode(replace(structured(), headers={})).id == "9f0c"

    def test_with_base64_in_place_of_data_is_unreadable(self) -> None:
        assert "data_base64" in complaint(structured({"data": None, "data_base64": "e30="}))

    def test_of_which_another_has_our_fields_is_ours(self) -> None:
        assert read_json(an_event_with({"specversion": "7", "id": "other"})).id == "9f0c"


class TestOneInBinaryMode:
    @pytest.mark.parametrize("data", [b"", b"not JSON", b"[]", b'{},"eventId":"forged"'])
    def test_whose_data_is_no_object_is_unreadable(self, data: bytes) -> None:
        assert complaint(binary(data=data))

    def test_whose_header_is_not_utf_8_is_unreadable(self) -> None:
        of = binary()
        assert "ce_id" in complaint(replace(of, headers=dict(of.headers) | {"ce_id": b"\xff"}))

    def test_keeps_within_the_bounds_of_what_is_kept_of_it(self) -> None:
        deep = b'{"email":"a@b.de","message":"x","d":' + b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1)
        assert "nested" in complaint(binary(data=deep + b"}"))
        large = json.dumps(DATA | {"x": "x" * (LARGEST - 120)}).encode()
        assert len(large) <= LARGEST
        assert "bytes" in complaint(binary(data=large))


class TestARecordThatTheStreamCannotTell:
    def test_is_unreadable_whatever_its_bytes(self) -> None:
        damaged = replace(structured(), damage="offsets 5 to 9 cannot be read: bad checksum")
        assert "offsets 5 to 9" in complaint(damaged)

    def test_is_passed_over_by_no_lane(self) -> None:
        damaged = replace(structured({"data": {"email": ADA}}), damage="bad checksum")
        assert not _DECODER.passes_over(damaged, "phoneNumber")
