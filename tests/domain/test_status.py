"""Is the table of statuses the one that was promised, and does every way in it end?"""

from __future__ import annotations

import pytest

from domain.status import TRANSITIONS, Status

_BIRTH = "(birth)"

#: The promise, row by row, written out apart from the code.
_PROMISED = {
    _BIRTH: "PENDING SENDING FAILED",
    "PENDING": "SENDING FAILED",
    "SENDING": "SENT RETRYING UNCERTAIN FAILED PENDING",
    "RETRYING": "SENDING FAILED",
    "UNCERTAIN": "SENDING SENT FAILED",
    "SENT": "DELIVERED FAILED",
    "DELIVERED": "",
    "FAILED": "PENDING",
}


def _key(name: str) -> Status | None:
    return None if name == _BIRTH else Status(name)


class TestTheTable:
    def test_answers_for_birth_and_for_every_status(self) -> None:
        assert set(TRANSITIONS) == {None, *Status}

    @pytest.mark.parametrize("name", _PROMISED)
    def test_leads_where_the_design_says(self, name: str) -> None:
        assert TRANSITIONS[_key(name)] == {Status(leads_to) for leads_to in _PROMISED[name].split()}

    def test_has_no_way_from_a_status_to_itself(self) -> None:
        assert not [status for status, ways in TRANSITIONS.items() if status in ways]

    @pytest.mark.parametrize("start", [None, *Status], ids=lambda status: status or "birth")
    def test_lets_nothing_be_trapped(self, start: Status | None) -> None:
        reached = {start}
        for _ in Status:
            reached |= {way for status in reached for way in TRANSITIONS[status]}
        assert any(status is not None and status.is_final for status in reached)

    def test_can_reach_every_status_from_birth(self) -> None:
        reached = set(TRANSITIONS[None])
        for _ in Status:
            reached |= {way for status in reached for way in TRANSITIONS[status]}
        assert reached == set(Status)


class TestAStatus:
    @pytest.mark.parametrize(
        ("status", "is_final"),
        [
            (Status.PENDING, False),
            (Status.SENDING, False),
            (Status.RETRYING, False),
            (Status.UNCERTAIN, False),
            (Status.SENT, True),
            (Status.DELIVERED, True),
            (Status.FAILED, True),
        ],
    )
    def test_is_final_when_nothing_moves_it_by_itself(self, status: Status, is_final: bool) -> None:
        assert status.is_final is is_final
