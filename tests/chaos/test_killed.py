"""What is lost, and what is told twice, when a worker is killed in the middle of its work?"""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.evidence import FINAL
from tests.chaos.invariants import Invariants
from tests.chaos.worker import Run, Worker
from tests.chaos.workload import ordinary_and_otherwise


class Killed(Invariants):
    """What holds after any SIGKILL, for every channel."""

    def test_tells_nobody_whom_it_was_not_asked_to_tell(self, chaos: Run) -> None:
        assert set(chaos.end.files) <= chaos.work.told

    def test_had_begun_nothing_that_was_not_durable_before(self, chaos: Run) -> None:
        for stop in chaos.stops:
            durable = {key for key, row in stop.notifications.items() if row["status"] != "PENDING"}
            assert set(stop.files) <= durable

    def test_frees_at_once_what_its_predecessor_held(self, chaos: Run) -> None:
        """Nobody else works here: there is no need to wait until a lease runs out."""
        known: set[bytes] = set()
        for killed, after in pairwise([*chaos.stops, chaos.end]):
            was_held_until = killed.leases
            is_held_until = after.leases
            for token in was_held_until.keys() - known:
                assert is_held_until.get(token, 0) < was_held_until[token]
            known |= set(was_held_until)

    def test_had_read_nothing_that_was_not_durable(self, chaos: Run) -> None:
        assert [stop.read_but_not_durable() for stop in chaos.stops] == [[]] * len(chaos.stops)

    def test_4_tells_twice_only_what_was_in_flight(self, chaos: Run) -> None:
        in_flight = chaos.in_flight
        too_often = {
            key: count for key, count in chaos.end.files.items() if count > 1 + in_flight[key]
        }
        assert too_often == {}


class KilledInTheMiddle(Killed):
    def test_was_in_the_middle_each_time(self, chaos: Run) -> None:
        for stop in chaos.stops:
            assert 0 < stop.files.total() < len(chaos.work.told)
        assert chaos.in_flight


class TestAWorkerOfEmailKilledThreeTimes(KilledInTheMiddle):
    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(2000, channels=("email",))
        worker = Worker(tmp_path_factory.mktemp("email"), work)
        worker.finds_everything_published()
        for count in (300, 800, 1500):
            worker.is_killed_at(count)
        return worker.works_until_idle()

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0]

    def test_loses_nothing(self, chaos: Run) -> None:
        """Whoever was in flight at every kill may have been told or not: a person is asked."""
        asked = {
            key for key, row in chaos.end.notifications.items() if row["waiting_for"] == "person"
        }
        assert all(chaos.in_flight[key] == len(chaos.stops) for key in asked)
        assert set(chaos.end.files) | asked == chaos.work.told

    def test_comes_to_an_end_with_everything_but_what_was_in_flight_each_time(
        self, chaos: Run
    ) -> None:
        """It was sent again as often as it may be; now a person is asked."""
        each_time = {key for key, count in chaos.in_flight.items() if count == len(chaos.stops)}
        endings = {
            key: row["status"]
            for key, row in chaos.end.notifications.items()
            if not (key in each_time and row["waiting_for"] == "person")
        }
        wanted = dict.fromkeys(chaos.work.told, "SENT") | dict.fromkeys(
            chaos.work.failing, "FAILED"
        )
        assert endings == {key: wanted[key] for key in endings}


class TestAWorkerOfBothChannelsKilledTwice(KilledInTheMiddle):
    """Nobody can tell that two SMS are one: what is in doubt waits for an answer."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        worker = Worker(tmp_path_factory.mktemp("both"), ordinary_and_otherwise(700))
        worker.finds_everything_published()
        for count in (400, 900):
            worker.is_killed_at(count)
        return worker.works_until_the_rest_waits_for_an_answer()

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0]

    def test_loses_no_email(self, chaos: Run) -> None:
        emails = {key for key in chaos.work.told if key[1] == "email"}
        assert emails <= set(chaos.end.files)

    def test_sends_no_sms_twice(self, chaos: Run) -> None:
        twice = [key for key, count in chaos.end.files.items() if key[1] == "sms" and count > 1]
        assert twice == []

    def test_doubts_only_sms_and_only_those_in_flight(self, chaos: Run) -> None:
        doubted = {
            key for key, row in chaos.end.notifications.items() if row["status"] not in FINAL
        }
        assert doubted == {key for key in chaos.in_flight if key[1] == "sms"}
        assert {chaos.end.notifications[key]["status"] for key in doubted} <= {"UNCERTAIN"}

    def test_loses_no_sms_but_those_it_doubts(self, chaos: Run) -> None:
        lost = chaos.work.told - set(chaos.end.files)
        assert lost <= set(chaos.in_flight)


class TestAWorkerKilledBesideWhoPublishes(Killed):
    """What they do with the file must not cost the worker what it has written there."""

    @pytest.fixture(scope="module", name="chaos")
    @staticmethod
    def _chaos(tmp_path_factory: pytest.TempPathFactory) -> Run:
        work = ordinary_and_otherwise(200, channels=("email",))
        worker = Worker(tmp_path_factory.mktemp("beside"), work)
        worker.is_killed_beside_who_publishes()
        return worker.works_until_idle()

    def test_loses_nothing(self, chaos: Run) -> None:
        assert set(chaos.end.files) == chaos.work.told
