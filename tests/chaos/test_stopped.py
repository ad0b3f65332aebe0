"""Does a worker that is told to stop in the middle of its work lose or repeat anything?"""

from __future__ import annotations

import signal

import pytest

from tests.chaos.invariants import Invariants
from tests.chaos.worker import Run, Worker
from tests.chaos.workload import ordinary_and_otherwise


class TestAWorkerToldToStopTwice(Invariants):
    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        worker = Worker(tmp_path_factory.mktemp("stopped"), ordinary_and_otherwise(2500))
        worker.finds_everything_published()
        worker.is_told_to_stop_after(300, by=signal.SIGTERM)
        worker.is_told_to_stop_after(300, by=signal.SIGINT)
        return worker.works_until_idle()

    def test_was_in_the_middle_each_time(self, chaos: Run) -> None:
        for stop in chaos.stops:
            assert 0 < stop.told.total() < len(chaos.work.told)

    def test_leaves_nothing_in_flight(self, chaos: Run) -> None:
        assert not chaos.in_flight
        assert {row["lease"] for stop in chaos.stops for row in stop.tables["notifications"]} == {
            None
        }

    def test_has_nothing_to_doubt(self, chaos: Run) -> None:
        statuses = {row["status"] for stop in chaos.stops for row in stop.tables["notifications"]}
        assert "UNCERTAIN" not in statuses

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0, 0, 0]

    def test_tells_everybody_exactly_once(self, chaos: Run) -> None:
        assert chaos.end.told == dict.fromkeys(chaos.work.told, 1)

    def test_comes_to_an_end_with_everything(self, chaos: Run) -> None:
        endings = {key: row["status"] for key, row in chaos.end.notifications.items()}
        assert endings == dict.fromkeys(chaos.work.told, "SENT") | dict.fromkeys(
            chaos.work.failing, "FAILED"
        )
