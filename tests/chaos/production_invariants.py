"""Which invariants hold of a run in production, beside those of any run?"""

from __future__ import annotations

import json

from tests.chaos.evidence import Evidence
from tests.chaos.invariants import Invariants
from tests.chaos.worker import Run


class ProductionInvariants(Invariants):
    def test_5_has_at_no_stop_read_what_is_not_durable(self, chaos: Run) -> None:
        assert [stop.read_but_not_durable() for stop in chaos.stops] == [[]] * len(chaos.stops)

    def test_5_has_read_everything(self, end: Evidence) -> None:
        """So that nobody has to read it again."""
        ends: dict[int, int] = {}
        for record in end.tables["records"]:
            ends[record["partition"]] = max(ends.get(record["partition"], 0), record["offset"] + 1)
        places = {place["partition"]: place["next_offset"] for place in end.tables["places"]}
        assert {partition: places.get(partition) for partition in ends} == ends

    def test_10_tells_others_of_each_dead_letter(self, end: Evidence) -> None:
        """At least once, under the same key."""
        topic = {
            (letter.get("notificationId"), letter.get("generation"), *_place(letter["source"]))
            for letter in (json.loads(each["value"]) for each in end.tables["dead_letter_topic"])
        }
        kept = {
            (
                row["notification_id"] and str(row["notification_id"]),
                row["generation"],
                row["partition"],
                row["record_offset"],
            )
            for row in end.tables["dead_letters"]
        }
        assert kept
        assert topic == kept


class ToldOnce(ProductionInvariants):
    """Nobody was killed: nothing is lost, and nothing repeated."""

    def test_ends_well(self, chaos: Run) -> None:
        assert {ended.code for ended in chaos.said} == {0}

    def test_4_tells_everybody_exactly_once(self, chaos: Run) -> None:
        assert chaos.end.told == dict.fromkeys(chaos.work.told, 1)

    def test_comes_to_an_end_with_everything(self, chaos: Run) -> None:
        endings = {key: row["status"] for key, row in chaos.end.notifications.items()}
        assert endings == dict.fromkeys(chaos.work.told, "SENT") | dict.fromkeys(
            chaos.work.failing, "FAILED"
        )


def _place(source: dict[str, int]) -> tuple[int, int]:
    return source["partition"], source["offset"]
