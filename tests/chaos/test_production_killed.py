"""What is lost, and what is told twice, when workers in production are killed?"""

from __future__ import annotations

import pytest

from tests.chaos.killed import KilledThreeTimes
from tests.chaos.production import Production
from tests.chaos.production_invariants import ProductionInvariants
from tests.chaos.worker import Run
from tests.chaos.workload import ordinary_and_otherwise
from tests.deployment.ground import Ground


class TestAWorkerInProductionKilledThreeTimes(ProductionInvariants, KilledThreeTimes):
    """Another one is started each time, and finds that the dead one's lease has run out."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(chaos_ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(2000, channels=("email",))
        production = Production(tmp_path_factory.mktemp("killed"), chaos_ground, work)
        production.publishes(work.lines)
        for count in (300, 800, 1500):
            with production.worker() as worker:
                production.works_until(count, worker)
                production.is_killed(worker)
        with production.worker() as worker:
            return production.comes_to_rest(worker)
