"""Is who watches told what became of every batch?"""

from __future__ import annotations

from domain.repeat import Repeat
from domain.status import Wait
from tests.application.driver import Driver
from tests.builders import at, email_channel
from tests.runner import Run


class TestABatch:
    def test_is_told_with_what_was_accepted(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1", "e2")
        run(driver.turn())
        [batch] = driver.telemetry.batches
        assert batch.records == 2
        assert [each.event.id for each in batch.added] == ["e1", "e2"]

    def test_is_told_with_what_is_held_and_why(self, run: Run) -> None:
        driver = Driver(email_channel(limit=1))
        driver.publish("e1", "e2", "e3", to="ada@example.com")
        driver.publish("e4", sendAt=at(60))
        run(driver.turn())
        [batch] = driver.telemetry.batches
        held = [None, Wait.RATE, Wait.RATE, Wait.SCHEDULE]
        assert [each.waiting_for for each in batch.added] == held

    def test_is_told_with_what_came_again(self, run: Run) -> None:
        """Whether the cache knows it, or only the store."""
        driver = Driver()
        driver.publish("e1")
        run(driver.turn())
        driver.publish("e1", "e1", "e2")
        run(driver.turn())
        driver.publish("e1", to="grace@example.com")
        run(driver.turn())
        driver.cache.forget_all()
        driver.publish("e1", "e2")
        run(driver.turn())
        assert [each.repeats for each in driver.telemetry.batches] == [
            {},
            {Repeat.DUPLICATE: 2},
            {Repeat.CONFLICT: 1},
            {Repeat.DUPLICATE: 2},
        ]
        assert [len(each.added) for each in driver.telemetry.batches] == [1, 1, 0, 0]

    def test_is_told_with_what_nobody_can_read(self, run: Run) -> None:
        driver = Driver()
        driver.stream.append(b"nonsense", appended_at=at())
        driver.publish("e1")
        run(driver.turn())
        [batch] = driver.telemetry.batches
        assert (batch.records, batch.unreadable, len(batch.added)) == (2, 1, 1)

    def test_is_told_once_it_is_durable_and_not_before(self, run: Run) -> None:
        driver = Driver()
        driver.hurdles.fail("accept", after=0)
        driver.publish("e1")
        run(driver.turn())
        assert driver.telemetry.batches == []
        run(driver.turn())
        [batch] = driver.telemetry.batches
        assert (batch.records, len(batch.added)) == (1, 1)
