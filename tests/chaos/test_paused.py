"""Does a lane that is paused and resumed in the middle of its work lose or repeat anything?"""

from __future__ import annotations

import pytest

from tests.chaos.invariants import Invariants
from tests.chaos.worker import Run, Worker
from tests.chaos.workload import ordinary_and_otherwise


class TestAWorkerPausedThreeTimes(Invariants):
    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        worker = Worker(tmp_path_factory.mktemp("paused"), ordinary_and_otherwise(1000))
        worker.is_paused_beside_who_publishes(times=3)
        return worker.works_until_idle()

    def test_was_met_by_each_pause(self, chaos: Run) -> None:
        moves = [move for trail in chaos.end.trail().values() for move in trail]
        pauses = {round(move["at"] / 1e6) for move in moves if move["waiting_for"] == "pause"}
        assert len(pauses) >= 3

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0, 0]

    def test_tells_everybody_exactly_once(self, chaos: Run) -> None:
        assert chaos.end.told == dict.fromkeys(chaos.work.told, 1)

    def test_comes_to_an_end_with_everything(self, chaos: Run) -> None:
        endings = {key: row["status"] for key, row in chaos.end.notifications.items()}
        assert endings == dict.fromkeys(chaos.work.told, "SENT") | dict.fromkeys(
            chaos.work.failing, "FAILED"
        )
