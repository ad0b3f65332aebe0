"""Which dead letters are one and the same, and what do they keep?"""

from __future__ import annotations

from hashlib import sha256
from itertools import combinations
from uuid import UUID, uuid5

import pytest

from domain.dead_letter import DeadLetter
from domain.errors import UnreadableEvent
from domain.record import Position, Record
from tests.builders import a_position, an_id, at

#: Ids are kept for years: whoever changes this has every dead letter twice.
_NAMESPACE = UUID("5e0c64cf-5a57-5b0b-9a4e-0d4c9f3c6d61")
_ERROR = UnreadableEvent("eventId", "missing (want 1 to 255 characters)")


def _dead(position: Position, value: bytes | None = b"{}") -> DeadLetter:
    record = Record(value=value, position=position, appended_at=at())
    return DeadLetter.of_record(record, _ERROR, now=at(5))


class TestTheDeadLetterOfARecord:
    def test_keeps_the_bytes_the_place_and_the_reason(self) -> None:
        letter = _dead(a_position(7), b"\xff not json")
        assert letter.body == b"\xff not json"
        assert letter.position == a_position(7)
        assert letter.error == "eventId: missing (want 1 to 255 characters)"
        assert letter.reason == "unreadable"
        assert letter.failed_at == at(5)

    def test_belongs_to_no_notification(self) -> None:
        letter = _dead(a_position())
        assert (letter.notification_id, letter.channel, letter.generation) == (None, None, None)

    def test_is_one_though_both_lanes_meet_it(self) -> None:
        assert _dead(a_position(7)).id == _dead(a_position(7)).id

    @pytest.mark.parametrize(
        ("position", "value"),
        [
            (a_position(8), b"{}"),
            (a_position(7, partition=1), b"{}"),
            (a_position(7, topic="others"), b"{}"),
            (a_position(7), b"[]"),
        ],
        ids=["another offset", "another partition", "another topic", "other bytes"],
    )
    def test_is_another_for(self, position: Position, value: bytes) -> None:
        assert _dead(position, value).id != _dead(a_position(7), b"{}").id

    def test_has_an_id_for_years(self) -> None:
        digest = sha256(b"{}").hexdigest()
        assert _dead(a_position(7)).id == uuid5(_NAMESPACE, f"notifications[0]@7:{digest}")

    def test_can_be_kept_of_a_tombstone(self) -> None:
        assert _dead(a_position(), None).body == b""


class TestTheDeadLetterOfANotification:
    def test_is_one_for_each_notification_and_generation(self) -> None:
        keys = [(an_id(1), 1), (an_id(1), 2), (an_id(2), 1), (an_id(2), 2), (an_id(1), 11)]
        ids = [DeadLetter.id_of(*key) for key in keys]
        assert ids == [DeadLetter.id_of(*key) for key in keys]
        assert all(one != other for one, other in combinations(ids, 2))

    def test_has_an_id_for_years(self) -> None:
        assert DeadLetter.id_of(an_id(1), 2) == uuid5(_NAMESPACE, f"{an_id(1)}:2")
