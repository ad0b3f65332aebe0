"""Do those who read the dead-letter topic find what they know, and what is ours beside it?"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

from adapters.wire.dead_letter import LONGEST_ORIGINAL, encode_dead_letter
from domain.dead_letter import DeadLetter
from domain.errors import UnreadableEvent
from domain.record import Record
from tests.adapters.wire.producer import NOON_MS
from tests.builders import NOON, a_failed_notification, a_position, an_event, at


def written(letter: DeadLetter | None) -> dict[str, Any]:
    assert letter is not None
    fields = json.loads(encode_dead_letter(letter))
    assert isinstance(fields, dict)
    return fields


def unreadable(value: bytes | None) -> DeadLetter:
    record = Record(value=value, position=a_position(7, partition=2), appended_at=at())
    error = UnreadableEvent("record", "not JSON")
    return DeadLetter.of_record(record, error, now=NOON + timedelta(microseconds=999))


class TestTheDeadLetterOfANotification:
    def test_has_the_fields_of_the_system_before_and_ours(self) -> None:
        notification = a_failed_notification(origin=a_position(7, partition=2), words="no such box")
        event = json.loads(an_event(email="ada at example.com").body)
        assert written(notification.dead_letter()) == {
            "originalEvent": event,
            "channel": "EMAIL",
            "errorMessage": "no such box",
            "failedAt": NOON_MS,
            "notificationId": str(notification.id),
            "generation": notification.generation,
            "reason": "invalid",
            "attempts": 0,
            "source": {"topic": "notifications", "partition": 2, "offset": 7},
        }


class TestTheDeadLetterOfARecord:
    def test_carries_the_bytes(self) -> None:
        fields = written(unreadable(b"\xff{"))
        assert b64decode(fields.pop("originalBytes")) == b"\xff{"
        assert fields == {
            "errorMessage": "record: not JSON",
            "failedAt": NOON_MS,
            "reason": "unreadable",
            "attempts": 0,
            "source": {"topic": "notifications", "partition": 2, "offset": 7},
        }

    def test_of_a_tombstone_carries_none(self) -> None:
        assert written(unreadable(None))["originalBytes"] == ""

    def test_says_how_many_bytes_there_were_if_it_cannot_carry_all(self) -> None:
        fields = written(unreadable(b"x" * (LONGEST_ORIGINAL + 1)))
        assert b64decode(fields["originalBytes"]) == b"x" * LONGEST_ORIGINAL
        assert fields["originalLength"] == LONGEST_ORIGINAL + 1

    def test_fits_into_a_topic_that_was_not_told_otherwise(self) -> None:
        assert len(encode_dead_letter(unreadable(b"x" * 2_000_000))) < 1_000_000
