"""Which invariants of DESIGN.md 5 can be asked of one file, and do they hold?"""

from __future__ import annotations

import pytest

from tests.chaos.evidence import FINAL, Evidence, Key
from tests.chaos.worker import MAX_RETRIES, Run
from tests.chaos.workload import Workload


class Invariants:
    """Of a run that has come to rest; each module says what `chaos` was."""

    @pytest.fixture
    def end(self, chaos: Run) -> Evidence:
        return chaos.end

    @pytest.fixture
    def work(self, chaos: Run) -> Workload:
        return chaos.work

    def test_1_accounts_for_everything_that_was_published(
        self, end: Evidence, work: Workload
    ) -> None:
        assert set(end.notifications) == work.notifications
        assert len(end.tables["notifications"]) == len(work.notifications)
        assert len(end.record_dead_letters) == len(work.unreadable)

    def test_2_leaves_nothing_that_neither_is_final_nor_waits_with_a_reason(
        self, end: Evidence
    ) -> None:
        astray = [
            key
            for key, row in end.notifications.items()
            if row["lease"] is not None
            or not (row["status"] in FINAL or (row["waiting_for"] and row["due_at"]))
        ]
        assert astray == []

    def test_3_never_moved_on_what_was_final(self, end: Evidence) -> None:
        assert [move for move in end.tables["trail"] if move["came_from"] in FINAL] == []

    def test_5_has_read_nothing_that_is_not_durable(self, end: Evidence) -> None:
        assert end.read_but_not_durable() == []

    def test_6_keeps_one_line_of_the_trail_for_each_move(self, end: Evidence) -> None:
        trail = end.trail()
        for row in end.tables["notifications"]:
            moves = trail.pop(row["n"])
            assert [move["number"] for move in moves] == list(range(1, row["moves"] + 1))
            came_from = [None, *(move["status"] for move in moves[:-1])]
            assert [move["came_from"] for move in moves] == came_from
            assert moves[-1]["status"] == row["status"]
            assert sorted(move["at"] for move in moves) == [move["at"] for move in moves]
        assert trail == {}

    def test_6_attempts_no_more_than_is_allowed(self, end: Evidence) -> None:
        assert max(move["attempt"] for move in end.tables["trail"]) <= 1 + MAX_RETRIES

    def test_10_keeps_one_dead_letter_for_each_failed_generation(self, end: Evidence) -> None:
        id_of = {row["n"]: row["id"] for row in end.tables["notifications"]}
        failed = sorted(
            (id_of[move["n"]], move["generation"])
            for move in end.tables["trail"]
            if move["status"] == "FAILED"
        )
        letters = sorted(
            (letter["notification_id"], letter["generation"])
            for letter in end.tables["dead_letters"]
            if letter["notification_id"] is not None
        )
        assert letters == failed

    def test_11_gives_each_email_a_message_id_of_its_own_whatever_the_attempt(
        self, end: Evidence
    ) -> None:
        assert all(len(ids) == 1 for ids in end.message_ids.values())
        assert len(set.union(*end.message_ids.values())) == len(end.message_ids)

    def test_says_of_nothing_that_it_was_sent_that_was_not(self, end: Evidence) -> None:
        sent: set[Key] = {key for key, row in end.notifications.items() if row["status"] == "SENT"}
        assert sent <= set(end.told)
