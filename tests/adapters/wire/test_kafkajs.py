"""Is what the existing producers have written read as they meant it?

The records are as kafkajs 2.2.4 wrote them to Kafka 4.1.1.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.event import PLAIN_SUBJECT, Event
from domain.recipient import email_address, phone_number
from tests.adapters.wire.producer import read

_RECORDED = [
    json.loads(line)
    for line in (Path(__file__).with_name("kafkajs-records.jsonl")).read_text("utf-8").splitlines()
]
_VALUES: list[str] = [recorded["value"] for recorded in _RECORDED]


def where(recorded: dict[str, Any]) -> str:
    return f"{recorded['partition']}@{recorded['offset']}"


@pytest.mark.parametrize("value", _VALUES, ids=map(where, _RECORDED))
class TestARecordOfKafkajs:
    def test_is_read_as_it_was_meant(self, value: str) -> None:
        meant = json.loads(value)
        event = read(value.encode())
        assert event.id == meant["eventId"]
        assert event.message_type == meant["messageType"]
        assert event.occurred_at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            milliseconds=meant["timestamp"]
        )
        assert event.text == meant["payload"].pop("message")
        assert event.addresses == meant["payload"]
        assert event.subject_line != PLAIN_SUBJECT
        assert (event.html, event.send_at, event.expires_at) == (None, None, None)
        assert event.body == value.encode()

    def test_names_recipients_that_can_be_told(self, value: str) -> None:
        addresses = dict(read(value.encode()).addresses)
        email, number = addresses.pop("email", None), addresses.pop("phoneNumber", None)
        assert email is None or email_address(email).address == email
        assert number is None or phone_number(number).address == number
        assert not addresses


class TestTheRecording:
    def test_has_events_for_both_for_email_alone_and_for_a_number_alone(self) -> None:
        named = {frozenset(event.addresses) for event in self.events()}
        assert named == {
            frozenset({"email", "phoneNumber"}),
            frozenset({"email"}),
            frozenset({"phoneNumber"}),
        }

    def test_says_as_many_different_things_as_it_has_records(self) -> None:
        events = self.events()
        assert len({event.id for event in events}) == len(events) == 24
        assert len({event.digest for event in events}) == 24

    @staticmethod
    def events() -> list[Event]:
        return [read(value.encode()) for value in _VALUES]
