"""Does time go on steadily here, whatever is done to the clock of the machine?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.clock import SystemClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
#: How long after each other it is read, as a busy lane and a quiet one do.
STEPS = [0.001, 0.025, 0.2, 5.0]
NEARLY = 0.001


class Machine:
    """Two clocks that only move by hand: a steady one, and one that can be set."""

    def __init__(self) -> None:
        self.steady = 1000.0
        self.ahead = 0.0
        self.halted_for = 0.0
        self.told: list[float] = []
        self.clock = SystemClock(
            steady=lambda: self.steady,
            wall=self._read_wall,
            tell=lambda jump: self.told.append(jump.total_seconds()),
        )

    @property
    def wall(self) -> float:
        return NOON + self.steady - 1000.0 + self.ahead

    def _read_wall(self) -> float:
        self.pass_(self.halted_for)
        self.halted_for = 0.0
        return self.wall

    def pass_(self, seconds: float, *, drift: float = 0.0) -> None:
        self.steady += seconds
        self.ahead += seconds * drift

    def shown(self) -> float:
        return self.clock.now().timestamp()

    def watch(self, seconds: float, *, every: float = 0.2, drift: float = 0.0) -> float:
        """How much time passes by the clock meanwhile, read again and again."""
        began = before = self.shown()
        for _ in range(round(seconds / every)):
            self.pass_(every, drift=drift)
            shown = self.shown()
            assert 0.9 * every - 1e-5 <= shown - before <= 1.1 * every + 1e-5
            before = shown
        return before - began


@pytest.fixture
def machine() -> Machine:
    return Machine()


class TestAClockThatNobodySets:
    @pytest.mark.parametrize("every", STEPS)
    def test_shows_the_machines_time(self, machine: Machine, every: float) -> None:
        assert machine.clock.now() == datetime(2026, 3, 2, 12, tzinfo=UTC)
        assert machine.watch(20, every=every) == pytest.approx(20, abs=NEARLY)
        assert machine.told == []

    def test_follows_a_slow_drift_and_says_nothing_of_it(self, machine: Machine) -> None:
        machine.watch(10_000, every=1.0, drift=0.0005)
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)
        assert machine.told == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
class TestAClockSetByAnHour:
    @pytest.mark.parametrize("every", STEPS)
    def test_changes_an_interval_by_a_tenth_at_the_most(
        self, machine: Machine, jump: float, every: float
    ) -> None:
        machine.ahead += jump
        machine.watch(60, every=every)

    def test_is_said_once(self, machine: Machine, jump: float) -> None:
        machine.watch(1)
        machine.ahead += jump
        machine.watch(600)
        assert machine.told == [pytest.approx(jump)]

    def test_is_made_up_within_ten_hours(self, machine: Machine, jump: float) -> None:
        machine.ahead += jump
        machine.watch(9.9 * HOUR, every=10.0)
        assert machine.shown() != pytest.approx(machine.wall, abs=1)
        machine.watch(0.2 * HOUR, every=10.0)
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)

    def test_and_set_right_again_is_said_twice_and_made_up(
        self, machine: Machine, jump: float
    ) -> None:
        machine.ahead += jump
        machine.watch(60)
        machine.ahead -= jump
        machine.watch(70)
        assert machine.told == [pytest.approx(jump), pytest.approx(-jump)]
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)


class TestAClockSetByLessThanASecond:
    @pytest.mark.parametrize("jump", [0.9, -0.9])
    def test_is_followed_without_a_word(self, machine: Machine, jump: float) -> None:
        machine.ahead += jump
        machine.watch(12)
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)
        assert machine.told == []


class TestALaptopThatSlept:
    def test_has_the_right_time_at_once_and_says_nothing(self, machine: Machine) -> None:
        machine.watch(1)
        machine.pass_(8 * HOUR)
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)
        machine.watch(60)
        assert machine.told == []


class TestAThreadHaltedBetweenTheTwoClocks:
    def test_takes_that_for_no_jump(self, machine: Machine) -> None:
        machine.watch(1)
        machine.halted_for = 10.0
        machine.pass_(0.2)
        machine.shown()
        machine.watch(60)
        assert machine.shown() == pytest.approx(machine.wall, abs=NEARLY)
        assert machine.told == []


class TestWhoeverIsToldOfAJump:
    def test_may_ask_for_the_time(self) -> None:
        told: list[datetime] = []
        machine = Machine()
        clock = SystemClock(
            steady=lambda: machine.steady,
            wall=lambda: machine.wall,
            tell=lambda _jump: told.append(clock.now()),
        )
        machine.ahead += HOUR
        machine.pass_(1)
        assert clock.now() == told[0]


class TestAnythingDoneToTheMachine:
    @given(
        acts=st.lists(
            st.tuples(
                st.floats(0, 100) | st.sampled_from([0.0, 0.05, 0.050001]),
                st.floats(-1e5, 1e5) | st.sampled_from([0.0, 0.0, 0.5, -0.5]),
            ),
            max_size=30,
        )
    )
    def test_leaves_every_interval_right_within_a_tenth(
        self, acts: list[tuple[float, float]]
    ) -> None:
        machine = Machine()
        before = machine.clock.now()
        for seconds, jump in acts:
            machine.ahead += jump
            machine.pass_(seconds)
            now = machine.clock.now()
            passed = (now - before) / timedelta(seconds=1)
            assert 0.9 * seconds - 1e-5 <= passed <= 1.1 * seconds + 1e-5
            assert now >= before
            before = now
