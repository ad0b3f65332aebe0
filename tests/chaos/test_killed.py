"""What is lost, and what is told twice, when a worker is killed in the middle of its work?"""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.evidence import FINAL
from tests.chaos.killed import Killed, KilledInTheMiddle, KilledThreeTimes
from tests.chaos.worker import Run, Worker
from tests.chaos.workload import ordinary_and_otherwise


class KilledAlone(Killed):
    def test_frees_at_once_what_its_predecessor_held(self, chaos: Run) -> None:
        """Nobody else works here: there is no need to wait until a lease runs out."""
        known: set[bytes] = set()
        for killed, after in pairwise([*chaos.stops, chaos.end]):
            was_held_until = killed.leases
            is_held_until = after.leases
            for token in was_held_until.keys() - known:
                assert is_held_until.get(token, 0) < was_held_until[token]
            known |= set(was_held_until)


class KilledAloneInTheMiddle(KilledAlone, KilledInTheMiddle):
    pass


class TestAWorkerOfEmailKilledThreeTimes(KilledAlone, KilledThreeTimes):
    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(4000, channels=("email",))
        worker = Worker(tmp_path_factory.mktemp("email"), work)
        worker.finds_everything_published()
        for _ in range(3):
            worker.is_killed_after(300)
        return worker.works_until_idle()


class TestAWorkerOfBothChannelsKilledTwice(KilledAloneInTheMiddle):
    """Nobody can tell that two SMS are one: what is in doubt waits for an answer."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        worker = Worker(tmp_path_factory.mktemp("both"), ordinary_and_otherwise(2500))
        worker.finds_everything_published()
        for _ in range(2):
            worker.is_killed_after(400)
        return worker.works_until_the_rest_waits_for_an_answer()

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0]

    def test_loses_no_email(self, chaos: Run) -> None:
        emails = {key for key in chaos.work.told if key[1] == "email"}
        assert emails <= set(chaos.end.told)

    def test_sends_no_sms_twice(self, chaos: Run) -> None:
        twice = [key for key, count in chaos.end.told.items() if key[1] == "sms" and count > 1]
        assert twice == []

    def test_doubts_only_sms_and_only_those_in_flight(self, chaos: Run) -> None:
        doubted = {
            key for key, row in chaos.end.notifications.items() if row["status"] not in FINAL
        }
        assert doubted == {key for key in chaos.in_flight if key[1] == "sms"}
        assert {chaos.end.notifications[key]["status"] for key in doubted} <= {"UNCERTAIN"}

    def test_loses_no_sms_but_those_it_doubts(self, chaos: Run) -> None:
        lost = chaos.work.told - set(chaos.end.told)
        assert lost <= set(chaos.in_flight)


class TestAWorkerKilledBesideWhoPublishes(KilledAlone):
    """What they do with the file must not cost the worker what it has written there."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(200, channels=("email",))
        worker = Worker(tmp_path_factory.mktemp("beside"), work)
        worker.is_killed_beside_who_publishes()
        return worker.works_until_idle()

    def test_loses_nothing(self, chaos: Run) -> None:
        assert set(chaos.end.told) == chaos.work.told
