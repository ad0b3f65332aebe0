"""Which records does a lane pass over without reading them whole?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wire.decoder import WireDecoder
from domain.errors import UnreadableEvent
from domain.record import Record
from tests.builders import a_position, at

DECODER = WireDecoder(("email", "phoneNumber"))


def a_record(value: bytes | None) -> Record:
    return Record(value=value, position=a_position(), appended_at=at())


def passes_over(value: bytes | None, address_field: str) -> bool:
    return DECODER.passes_over(a_record(value), address_field)


def an_event(**payload: Any) -> bytes:
    return msgspec.json.encode({"eventId": "e-1", "payload": {"message": "Hello", **payload}})


class TestTheLaneOfAChannel:
    def test_passes_over_what_names_only_another_channel(self) -> None:
        assert passes_over(an_event(email="ada@example.com"), "phoneNumber")

    def test_reads_what_names_its_own(self) -> None:
        assert not passes_over(an_event(email="ada@example.com"), "email")

    @pytest.mark.parametrize(
        "value",
        [
            None,
            b"",
            b"not JSON",
            an_event(),
            b'{"payload": {"email": "a@b.cd", "phone\\u004eumber": "+15551234567"}}',
        ],
        ids=[
            "a tombstone",
            "nothing",
            "no JSON",
            "no address at all",
            "a key spelt with an escape",
        ],
    )
    def test_reads_what_no_other_lane_may_read_for_it(self, value: bytes | None) -> None:
        assert not passes_over(value, "phoneNumber")


addresses = st.none() | st.text(max_size=12) | st.integers()
events = st.fixed_dictionaries(
    {},
    optional={
        "email": addresses,
        "phoneNumber": addresses,
        "data": st.dictionaries(st.sampled_from(["email", "phoneNumber", "x"]), st.text()),
        "\\u0065mail": st.text(),
    },
)


@given(payload=events)
def test_every_record_is_read_by_the_lane_of_each_channel_that_it_names(
    payload: dict[str, Any],
) -> None:
    value = an_event(**payload)
    try:
        named = set(DECODER.decode(a_record(value)).addresses)
    except UnreadableEvent:
        named = set()
    passed_over = {field for field in ("email", "phoneNumber") if passes_over(value, field)}
    assert not named & passed_over
    assert len(passed_over) < 2
