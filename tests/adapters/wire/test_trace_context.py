"""Is an event known to belong to the trace that its producer named?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from adapters.wire.decoder import LARGEST, WireDecoder
from domain.event import Event
from domain.record import Record
from tests.adapters.wire.producer import ABSENT, an_event_with, read, read_json, record

_DECODER = WireDecoder(("email", "phoneNumber"))
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

NOT_WELL_FORMED = [
    pytest.param("", id="empty"),
    pytest.param("4bf92f3577b34da6a3ce929d0e0e4736", id="an id alone"),
    pytest.param(GIVEN.upper(), id="capitals"),
    pytest.param(GIVEN.replace("00-4", "ff-4"), id="the version that is none"),
    pytest.param(GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32), id="no trace"),
    pytest.param(GIVEN.replace("00f067aa0ba902b7", "0" * 16), id="no span"),
    pytest.param(f"{GIVEN}\n", id="a line's end"),
    pytest.param(f'{GIVEN[:-2]}"}}', id="quotes"),
]


def with_header(value: bytes | None, traceparent: bytes) -> Record:
    return replace(record(value), headers={"traceparent": traceparent})


def body(fields: object = None) -> bytes:
    return json.dumps(fields or an_event_with()).encode()


def kept(event: Event) -> Event:
    """As it is read from the store: without the record's headers."""
    return read(event.body)


class TestATraceparent:
    def test_may_lie_beside_the_event(self) -> None:
        event = _DECODER.decode(with_header(body(), GIVEN.encode()))
        assert event.traceparent == GIVEN
        assert event.trace_id == GIVEN[3:35]

    def test_may_stand_in_the_event(self) -> None:
        assert read_json(an_event_with({"traceparent": GIVEN})).traceparent == GIVEN

    def test_beside_it_counts_more_than_in_it(self) -> None:
        """What carried the event is nearer than what made it."""
        value = body(an_event_with({"traceparent": OTHER}))
        event = _DECODER.decode(with_header(value, GIVEN.encode()))
        assert event.traceparent == kept(event).traceparent == GIVEN

    @pytest.mark.parametrize("end", [b"", b"\n", b" \r\n\t"])
    def test_is_kept_with_the_event(self, end: bytes) -> None:
        event = _DECODER.decode(with_header(body() + end, GIVEN.encode()))
        assert kept(event) == event

    def test_changes_nothing_of_what_is_said(self) -> None:
        """So that the same event in another trace is a duplicate."""
        event = _DECODER.decode(with_header(body(), GIVEN.encode()))
        assert event.digest == read(body()).digest

    @pytest.mark.parametrize("malformed", NOT_WELL_FORMED)
    def test_that_is_malformed_counts_as_none(self, malformed: str) -> None:
        beside = _DECODER.decode(with_header(body(), malformed.encode()))
        within = read_json(an_event_with({"traceparent": malformed}))
        assert beside.traceparent is within.traceparent is None
        assert beside.body == body()

    @pytest.mark.parametrize("odd", [7, None, [GIVEN], {"a": GIVEN}])
    def test_that_is_no_text_counts_as_none(self, odd: object) -> None:
        assert read_json(an_event_with({"traceparent": odd})).traceparent is None

    def test_that_is_no_text_in_utf_8_counts_as_none(self) -> None:
        assert _DECODER.decode(with_header(body(), b"\xff\xfe")).traceparent is None

    def test_that_finds_no_room_is_not_kept(self) -> None:
        text = "x" * (LARGEST - len(body(an_event_with(payload={"message": ""}))))
        full = body(an_event_with(payload={"message": text}))
        assert len(full) == LARGEST
        event = _DECODER.decode(with_header(full, GIVEN.encode()))
        assert event.traceparent == GIVEN
        assert kept(event).text == event.text


class TestACloudEvent:
    def test_brings_it_as_an_attribute(self) -> None:
        fields = an_event_with()
        structured = {
            "specversion": "1.0",
            "id": "9f0c",
            "data": fields["payload"],
            "traceparent": GIVEN,
        }
        assert read_json(structured).traceparent == GIVEN

    def test_brings_it_as_a_header(self) -> None:
        headers = {"ce_specversion": b"1.0", "ce_id": b"9f0c", "ce_traceparent": GIVEN.encode()}
        of_data = replace(record(body(an_event_with()["payload"])), headers=headers)
        event = _DECODER.decode(of_data)
        assert event.traceparent == kept(event).traceparent == GIVEN


class TestAnEventWithoutOne:
    def test_has_a_trace_that_follows_from_its_id(self) -> None:
        first, again = (read_json(an_event_with({"timestamp": at})) for at in (1, ABSENT))
        other = read_json(an_event_with({"eventId": "another"}))
        assert first.traceparent is None
        assert first.trace_id == again.trace_id != other.trace_id
        assert len(first.trace_id) == 32
        assert int(first.trace_id, 16)
