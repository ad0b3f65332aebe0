"""When does a process live, and when can it do its work?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.memory.clock import MemoryClock
from application.errors import StoreUnavailable
from application.health import (
    STALE_AFTER,
    Finding,
    Health,
    State,
    finding_of,
    liveness_of,
    provider_of,
)
from application.lookout import Lookout
from application.ports.neighbour import Neighbour, Sight
from application.pulse import PATIENCE
from domain.outcome import ProviderDown
from tests.application.driver import Driver
from tests.builders import NOON
from tests.runner import Run

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Harbour(Neighbour):
    is_needed: bool
    name: str = "harbour"
    fix: str | None = None
    is_away: bool = False

    async def look(self) -> Sight:
        if self.is_away:
            raise StoreUnavailable("the harbour is away", fix="wait for it")
        return Sight(words="there", fix=self.fix)


def look_at(harbour: Harbour, run: Run, *, then: timedelta = timedelta()) -> Finding:
    clock = MemoryClock(NOON)
    lookout = Lookout("harbour", harbour.look, clock=clock, every=SECOND, patience=SECOND)
    run(lookout.look())
    clock.advance(then)
    return finding_of(harbour, lookout, clock.now())


class TestAProvider:
    def test_that_is_there_is_not_worth_a_word(self, run: Run) -> None:
        driver = Driver()
        driver.publish("e1")
        run(driver.turn())
        assert provider_of(driver.lane, driver.clock.now()) is None

    def test_that_is_down_is_worse_than_usual(self, run: Run) -> None:
        driver = Driver()
        driver.sender.will_always(ProviderDown(reason="421 closing", needs_operator=True))
        driver.publish("e1")
        run(driver.turn())
        driver.clock.advance(SECOND)
        finding = provider_of(driver.lane, driver.clock.now())
        assert finding is not None
        assert (finding.name, finding.state, finding.age) == (
            "email provider",
            State.DEGRADED,
            SECOND,
        )
        assert "421 closing" in finding.words


class TestALane:
    def test_that_does_not_run_here_is_well(self) -> None:
        finding = liveness_of(Driver().lane, NOON)
        assert (finding.state, finding.words) == (State.WELL, "it does not run here")

    def test_beats_in_each_of_its_loops_while_it_runs(self, run: Run) -> None:
        async def story(driver: Driver) -> None:
            driver.start()
            await driver.let_pass(5)
            fresh = {
                loop
                for loop, beat in driver.lane.pulse.beats.items()
                if driver.clock.now() - beat.at < SECOND
            }
            assert fresh == {
                "accepting events",
                "claiming what is due",
                "writing outcomes",
                "committing its place in the stream",
                "renewing the lease",
                "reading the lane's switch",
            }
            finding = liveness_of(driver.lane, driver.clock.now())
            assert (finding.state, finding.words) == (State.WELL, "its loops turn")
            await driver.finish()
            finding = liveness_of(driver.lane, driver.clock.now())
            assert (finding.words, finding.age) == ("it does not run here", None)

        run(story(Driver()))

    def test_lives_while_its_loops_turn(self) -> None:
        driver = Driver()
        driver.lane.pulse.beat("accepting events")
        finding = liveness_of(driver.lane, NOON + PATIENCE)
        assert (finding.state, finding.age) == (State.WELL, PATIENCE)

    def test_whose_loop_stands_still_does_not(self) -> None:
        driver = Driver()
        driver.lane.pulse.beat("accepting events")
        finding = liveness_of(driver.lane, NOON + PATIENCE + SECOND)
        assert finding.state is State.FAILING
        assert "accepting events: not for" in finding.words
        assert finding.fix is not None

    def test_that_has_ended_is_not_missed(self) -> None:
        driver = Driver()
        driver.lane.pulse.beat("accepting events")
        driver.lane.pulse.end()
        assert liveness_of(driver.lane, NOON + 9 * PATIENCE).state is State.WELL


class TestANeighbour:
    @pytest.mark.parametrize(
        ("is_needed", "state"),
        [(True, State.FAILING), (False, State.DEGRADED)],
        ids=["that the work needs", "without which the work goes on"],
    )
    def test_that_is_away(self, is_needed: bool, state: State, run: Run) -> None:
        finding = look_at(Harbour(is_needed, is_away=True), run)
        assert (finding.state, finding.is_away) == (state, True)
        assert (finding.words, finding.fix) == ("the harbour is away", "wait for it")

    def test_that_is_there_is_well(self, run: Run) -> None:
        finding = look_at(Harbour(is_needed=True), run, then=2 * SECOND)
        assert (finding.state, finding.is_away) == (State.WELL, False)
        assert (finding.age, finding.patience) == (2 * SECOND, SECOND)

    def test_that_wants_something_done_is_degraded_but_there(self, run: Run) -> None:
        finding = look_at(Harbour(is_needed=True, fix="make room"), run)
        assert (finding.state, finding.is_away) == (State.DEGRADED, False)

    def test_that_nobody_looks_at_any_more_is_not_known_to_be_well(self, run: Run) -> None:
        finding = look_at(Harbour(is_needed=True), run, then=STALE_AFTER + SECOND)
        assert finding.state is State.FAILING


class TestTheWhole:
    def test_is_as_well_as_its_worst_part(self) -> None:
        findings = [
            Finding(name=state, state=state, words="", patience=SECOND)
            for state in (State.WELL, State.FAILING, State.DEGRADED)
        ]
        assert Health(findings=findings).state is State.FAILING
        assert Health(findings=findings[::2]).state is State.DEGRADED
        assert Health(findings=findings[:1]).state is State.WELL
        assert Health(findings=[]).state is State.WELL
