"""Do dead letters get another life without anybody being told twice, or at the wrong time?"""

from __future__ import annotations

import asyncio
from copy import deepcopy

from application.replay_dead_letters import Prospect
from domain.dead_letter import UNREADABLE, Settled, Settlement
from domain.failure import Failure
from domain.outcome import Rejected
from domain.status import Status
from tests.application.driver import Driver, many, once
from tests.builders import NOON, at
from tests.runner import Run

DISCARDED = Settlement(how=Settled.DISCARDED, at=NOON, by="grace", why="a test")


def _rejected(run: Run, *event_ids: str) -> Driver:
    driver = Driver()
    driver.sender.will(*[Rejected(reason="no such mailbox")] * len(event_ids))
    driver.publish(*event_ids)
    run(driver.turn())
    assert driver.statuses() == {Status.FAILED: len(event_ids)}
    driver.sender.handed_over.clear()
    return driver


async def _replay(driver: Driver) -> list[Prospect]:
    return list(await driver.replay(await driver.letters()))


class TestAnInvalidAddress:
    def test_stays_dead_and_open(self, run: Run) -> None:
        driver = Driver()
        driver.publish("evil", to="ada@example.com>\r\nBcc: spy@example.org")
        run(driver.turn())
        letters = run(driver.letters())
        assert [letter.reason for letter in letters] == [Failure.INVALID]
        assert run(driver.replay(letters)) == [Prospect.INVALID]
        run(driver.pass_turns(60))
        assert driver.told == {}
        assert driver.status("evil") is Status.FAILED
        assert run(driver.letters()) == letters


class TestARecordThatNobodyCouldRead:
    def test_is_told_once_by_a_decoder_that_can(self, run: Run) -> None:
        driver = Driver(can_read=False)
        driver.publish("e1")
        run(driver.turn())
        letters = run(driver.letters())
        assert run(driver.replay(letters)) == [Prospect.UNREADABLE]
        assert run(driver.letters()) == letters
        driver.decoder.learn()
        assert run(driver.replay(letters)) == [Prospect.REPLAYED]
        run(driver.pass_turns(2))
        assert driver.told == once("e1")
        assert driver.status("e1") is Status.SENT
        assert run(driver.letters()) == []

    def test_is_told_once_though_it_is_replayed_twice(self, run: Run) -> None:
        driver = Driver(can_read=False)
        driver.publish("e1")
        run(driver.turn())
        driver.decoder.learn()
        letters = run(driver.letters())
        assert run(driver.replay(letters)) == [Prospect.REPLAYED]
        assert run(driver.replay(letters)) == [Prospect.MOVED_ON]
        run(driver.pass_turns(2))
        assert run(driver.replay(letters)) == [Prospect.MOVED_ON]
        run(driver.pass_turns(60))
        assert driver.told == once("e1")

    def test_waits_for_its_time(self, run: Run) -> None:
        driver = Driver(can_read=False)
        driver.publish("e1", sendAt=at(60))
        run(driver.turn())
        driver.decoder.learn()
        assert run(driver.replay(run(driver.letters()))) == [Prospect.REPLAYED]
        run(driver.pass_turns(59))
        assert driver.told == {}
        run(driver.pass_turns(1))
        assert driver.told == once("e1")

    def test_is_told_to_nobody_after_its_time(self, run: Run) -> None:
        driver = Driver(can_read=False)
        driver.publish("e1", expiresAt=at(60))
        run(driver.turn())
        driver.decoder.learn()
        driver.clock.move_to(at(60))
        run(driver.replay(run(driver.letters())))
        run(driver.pass_turns(10))
        assert driver.told == {}
        assert driver.notification("e1").failure is Failure.EXPIRED

    def test_the_store_refused_it_waits_for_its_time_too(self, run: Run) -> None:
        driver = Driver()
        driver.database.will_refuse("e1")
        driver.publish("e1", sendAt=at(60))
        run(driver.turn())
        letters = run(driver.letters())
        assert [letter.reason for letter in letters] == [UNREADABLE]
        driver.database.will_refuse_nothing()
        assert run(driver.replay(letters)) == [Prospect.REPLAYED]
        run(driver.pass_turns(59))
        assert driver.told == {}
        run(driver.pass_turns(1))
        assert driver.told == once("e1")

    def test_the_store_refuses_still_its_neighbours_are_told(self, run: Run) -> None:
        driver = Driver()
        for event_id in ("e1", "bad", "e2"):
            driver.database.will_refuse(event_id)
        driver.publish("e1", "bad", "e2")
        run(driver.turn())
        driver.database.will_refuse_nothing()
        driver.database.will_refuse("bad")
        run(driver.replay(run(driver.letters())))
        run(driver.pass_turns(2))
        assert driver.told == once("e1", "e2")
        assert len(run(driver.letters())) == 1

    def test_is_told_to_nobody_if_somebody_discarded_it_meanwhile(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            await driver.turn()
            driver.decoder.learn()
            letters = await driver.letters()
            driver.hurdles.hold("revive")
            replaying = asyncio.create_task(_replay(driver))
            await driver.breathe()
            assert await driver.dead_letters.settle([letters[0].id], DISCARDED) == 1
            driver.hurdles.let_go("revive")
            assert await replaying == [Prospect.MOVED_ON]
            await driver.pass_turns(60)
            assert driver.told == {}

        driver = Driver(can_read=False)
        driver.publish("e1")
        run(story(driver))


class TestLooking:
    def test_says_what_would_become_of_each_and_changes_nothing(self, run: Run) -> None:
        driver = _rejected(run, "e1", "e2")
        driver.publish("evil", to="nobody at all")
        run(driver.turn())
        before = deepcopy(driver.database)
        prospects = run(driver.replay(run(driver.letters()), is_dry_run=True))
        assert sorted(prospects) == [Prospect.REPLAYED, Prospect.REPLAYED, Prospect.INVALID]
        assert driver.database == before
        run(driver.pass_turns(10))
        assert driver.told == {}

    def test_a_record_can_be_looked_at_too(self, run: Run) -> None:
        driver = Driver(can_read=False)
        driver.publish("e1")
        run(driver.turn())
        driver.decoder.learn()
        before = deepcopy(driver.database)
        letters = run(driver.letters())
        assert run(driver.replay(letters, is_dry_run=True)) == [Prospect.REPLAYED]
        assert driver.database == before


class TestWhatHasFailed:
    def test_is_told_once_though_it_is_replayed_twice(self, run: Run) -> None:
        driver = _rejected(run, *many(3))
        letters = run(driver.letters())
        assert run(driver.replay(letters)) == [Prospect.REPLAYED] * 3
        assert run(driver.replay(letters)) == [Prospect.MOVED_ON] * 3
        run(driver.pass_turns(2))
        assert run(driver.replay(letters)) == [Prospect.MOVED_ON] * 3
        run(driver.pass_turns(60))
        assert driver.told == once(*many(3))
        assert driver.statuses() == {Status.SENT: 3}
        assert run(driver.letters()) == []

    def test_comes_due_one_after_the_other(self, run: Run) -> None:
        driver = _rejected(run, *many(3))
        run(driver.replay(run(driver.letters()), apart=10))
        told: list[int] = []
        for _ in range(3):
            run(driver.turn())
            told.append(len(driver.told))
            run(driver.pass_turns(9))
            told.append(len(driver.told))
            run(driver.pass_turns(1))
        assert told == [1, 1, 2, 2, 3, 3]

    def test_has_moved_on_if_somebody_moved_it_meanwhile(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            letters = await driver.letters()
            driver.hurdles.hold("revive")
            first = asyncio.create_task(_replay(driver))
            await driver.breathe()
            assert driver.hurdles.is_held("revive")
            assert await driver.replay(letters) == [Prospect.REPLAYED]
            driver.hurdles.let_go("revive")
            assert await first == [Prospect.MOVED_ON]
            await driver.pass_turns(60)
            assert driver.told == once("e1")

        run(story(_rejected(run, "e1")))

    def test_is_told_to_nobody_if_somebody_discarded_it_meanwhile(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            first, second = await driver.letters()
            driver.hurdles.hold("revive")
            replaying = asyncio.create_task(_replay(driver))
            await driver.breathe()
            assert await driver.dead_letters.settle([first.id], DISCARDED) == 1
            driver.hurdles.let_go("revive")
            assert await replaying == [Prospect.MOVED_ON, Prospect.REPLAYED]
            await driver.pass_turns(60)
            assert driver.told == once(str(second.event_id))
            assert driver.database.dead_letters[first.id].settlement == DISCARDED

        run(story(_rejected(run, "e1", "e2")))

    def test_a_letter_of_an_earlier_life_wakes_nobody(self, run: Run) -> None:
        driver = _rejected(run, "e1")
        earlier = run(driver.letters())
        driver.sender.will(Rejected(reason="still no such mailbox"))
        run(driver.replay(earlier))
        run(driver.pass_turns(2))
        assert driver.notification("e1").generation == 2
        assert run(driver.replay(earlier)) == [Prospect.MOVED_ON]
        run(driver.pass_turns(60))
        assert driver.told == once("e1")
        assert [letter.generation for letter in run(driver.letters())] == [2]
