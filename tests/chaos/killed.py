"""What holds of workers that were killed, wherever their evidence lies?"""

from __future__ import annotations

from tests.chaos.invariants import Invariants
from tests.chaos.worker import Run


class Killed(Invariants):
    """What holds after any SIGKILL, for every channel."""

    def test_tells_nobody_whom_it_was_not_asked_to_tell(self, chaos: Run) -> None:
        assert set(chaos.end.told) <= chaos.work.told

    def test_had_begun_nothing_that_was_not_durable_before(self, chaos: Run) -> None:
        for stop in chaos.stops:
            durable = {key for key, row in stop.notifications.items() if row["status"] != "PENDING"}
            assert set(stop.told) <= durable

    def test_had_read_nothing_that_was_not_durable(self, chaos: Run) -> None:
        assert [stop.read_but_not_durable() for stop in chaos.stops] == [[]] * len(chaos.stops)

    def test_4_tells_twice_only_what_was_in_flight(self, chaos: Run) -> None:
        in_flight = chaos.in_flight
        too_often = {
            key: count for key, count in chaos.end.told.items() if count > 1 + in_flight[key]
        }
        trails = chaos.end.trail()
        assert too_often == {}, [trails[chaos.end.notifications[key]["n"]] for key in too_often]


class KilledInTheMiddle(Killed):
    def test_was_in_the_middle_each_time(self, chaos: Run) -> None:
        for stop in chaos.stops:
            assert 0 < stop.told.total() < len(chaos.work.told)
        assert chaos.in_flight


class KilledThreeTimes(KilledInTheMiddle):
    """An email may be sent again twice when it is in doubt."""

    def test_ends_well(self, chaos: Run) -> None:
        assert [ended.code for ended in chaos.said] == [0]

    def test_loses_nothing(self, chaos: Run) -> None:
        """Whoever was in flight at every kill may have been told or not: a person is asked."""
        asked = {
            key for key, row in chaos.end.notifications.items() if row["waiting_for"] == "person"
        }
        assert all(chaos.in_flight[key] == len(chaos.stops) for key in asked)
        assert set(chaos.end.told) | asked == chaos.work.told

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
