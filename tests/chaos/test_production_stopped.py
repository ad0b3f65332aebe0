"""Do workers in production that are told to stop lose or repeat anything?"""

from __future__ import annotations

from itertools import chain

import pytest

from tests.chaos.production import Production
from tests.chaos.production_invariants import ToldOnce
from tests.chaos.worker import Run
from tests.chaos.workload import ordinary_and_otherwise
from tests.deployment.ground import Ground


class TestWorkersInProductionToldToStop(ToldOnce):
    """One stops alone, and leaves the rest where it was; one while another takes it over."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(chaos_ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(5000, channels=("email",))
        production = Production(tmp_path_factory.mktemp("stopped"), chaos_ground, work)
        half = len(work.lines) // 2
        production.publishes(work.lines[:half])
        with production.worker() as alone:
            production.works_until(1000, alone)
            production.is_told_to_stop(alone)
        with production.worker() as first, production.worker() as second:
            for worker in (first, second):
                worker.wait_until_it_says("Tidings works")
            production.publishes(work.lines[half:])
            first.wait_until(lambda: production.have_worked(3))
            production.works_until(3000, first)
            production.is_told_to_stop(first)
            return production.comes_to_rest(second)

    def test_were_in_the_middle_each_time(self, chaos: Run) -> None:
        assert len(chaos.stops) == 2
        for stop in chaos.stops:
            assert 0 < stop.told.total() < len(chaos.work.told)

    def test_leave_nothing_in_flight(self, chaos: Run) -> None:
        """What is, is in the hands of a worker that lives."""
        for stop in chaos.stops:
            alive = {lease["token"] for lease in stop.tables["leases"] if lease["lives"]}
            held = {row["lease"] for row in stop.tables["notifications"]} - {None}
            assert held <= alive
        assert not chaos.stops[0].in_flight

    def test_have_nothing_to_doubt(self, chaos: Run) -> None:
        moves = chain.from_iterable(stop.tables["trail"] for stop in [*chaos.stops, chaos.end])
        assert "UNCERTAIN" not in {move["status"] for move in moves}
