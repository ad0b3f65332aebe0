"""When is a provider given a rest, who looks after it, and can it ever be forgotten?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.circuit import Circuit, CircuitPolicy
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from tests.builders import an_id, at

_DOWN = ProviderDown(reason="421 service not available")
_LOCKED_OUT = ProviderDown(reason="535 authentication failed", needs_operator=True)
_OTHERS: list[Outcome] = [
    Accepted(reason="250 ok"),
    Deferred(reason="450 mailbox busy"),
    Rejected(reason="550 no such user"),
    Unknown(reason="contact was lost"),
]
_PASSENGER = an_id(1)
_PROBE = an_id(2)


def _after(circuit: Circuit, *outcomes: Outcome, now: datetime | None = None) -> Circuit:
    for outcome in outcomes:
        circuit = circuit.after(outcome, of=_PASSENGER, now=now or at())
    return circuit


def _opened() -> Circuit:
    """At noon; it may be probed 30 seconds later."""
    return _after(Circuit(), *[_DOWN] * 5)


def _probing() -> Circuit:
    """Its probe began at its time, 30 seconds past noon."""
    return _opened().begin_probe(_PROBE, now=at(30))


def _name(outcome: Outcome) -> str:
    return type(outcome).__name__


class TestAClosedCircuit:
    def test_is_how_it_begins(self) -> None:
        assert not Circuit().is_open

    def test_wants_no_probe(self) -> None:
        assert not Circuit().may_probe(at(days=1))

    def test_stays_closed_after_four_failures_in_a_row(self) -> None:
        assert not _after(Circuit(), *[_DOWN] * 4).is_open

    def test_opens_after_five_in_a_row(self) -> None:
        assert _after(Circuit(), *[_DOWN] * 5).is_open

    @pytest.mark.parametrize("outcome", _OTHERS, ids=_name)
    def test_begins_to_count_anew_after(self, outcome: Outcome) -> None:
        circuit = _after(Circuit(), *[_DOWN] * 4, outcome, *[_DOWN] * 4)
        assert not circuit.is_open
        assert _after(circuit, _DOWN).is_open

    @pytest.mark.parametrize("outcome", _OTHERS, ids=_name)
    def test_is_never_opened_by(self, outcome: Outcome) -> None:
        assert not _after(Circuit(), *[outcome] * 50).is_open

    def test_opens_at_once_if_only_an_operator_can_mend_it(self) -> None:
        assert _after(Circuit(), _LOCKED_OUT).is_open

    def test_has_what_failed_come_back_in_a_second(self) -> None:
        assert Circuit().wake_at(at()) == at(1)
        assert _after(Circuit(), *[_DOWN] * 4).wake_at(at(), place=7) == at(1)


class TestAnOpenCircuit:
    @pytest.mark.parametrize(
        ("seconds", "may_probe"),
        [(0, False), (29.999, False), (30, True), (86_400, True)],
        ids=["at once", "just before its time", "at its time", "a day late"],
    )
    def test_may_be_probed_after_thirty_seconds(self, seconds: float, may_probe: bool) -> None:
        assert _opened().may_probe(at(seconds)) is may_probe

    @pytest.mark.parametrize("outcome", [*_OTHERS, _DOWN, _LOCKED_OUT], ids=_name)
    def test_learns_nothing_from_who_began_before_it_opened(self, outcome: Outcome) -> None:
        assert _after(_opened(), outcome, now=at(10)) == _opened()

    @pytest.mark.parametrize("outcome", [*_OTHERS, _DOWN, _LOCKED_OUT], ids=_name)
    def test_learns_nothing_from_them_during_a_probe_either(self, outcome: Outcome) -> None:
        assert _after(_probing(), outcome, now=at(31)) == _probing()

    def test_waits_as_long_as_the_provider_says(self) -> None:
        down = replace(_DOWN, retry_after=timedelta(minutes=20))
        circuit = _after(Circuit(), *[_DOWN] * 4, down)
        assert not circuit.may_probe(at(minutes=20) - timedelta(microseconds=1))
        assert circuit.may_probe(at(minutes=20))

    def test_waits_less_if_the_provider_says_so(self) -> None:
        circuit = _after(Circuit(), *[_DOWN] * 4, replace(_DOWN, retry_after=timedelta(seconds=5)))
        assert circuit.may_probe(at(5))

    def test_wakes_nobody_before_the_probe(self) -> None:
        assert _opened().wake_at(at(3)) == at(30)

    def test_wakes_those_it_held_one_after_another(self) -> None:
        instants = [_opened().wake_at(at(3), place=place) for place in range(1000)]
        assert instants[0] == at(30)
        assert len(set(instants)) == 1000
        assert instants == sorted(instants)

    def test_wakes_the_last_of_any_crowd_before_long(self) -> None:
        last = _opened().wake_at(at(), place=10_000_000)
        assert last <= at(30) + CircuitPolicy().longest_wait


class TestAProbe:
    def test_goes_alone(self) -> None:
        assert not _probing().may_probe(at(31))

    @pytest.mark.parametrize("outcome", _OTHERS, ids=_name)
    def test_closes_the_circuit_when_it_ends_as(self, outcome: Outcome) -> None:
        assert _probing().after(outcome, of=_PROBE, now=at(31)) == Circuit()

    def test_opens_it_again_when_the_provider_is_still_down(self) -> None:
        circuit = _probing().after(_DOWN, of=_PROBE, now=at(31))
        assert circuit.is_open
        assert not circuit.may_probe(at(91) - timedelta(microseconds=1))
        assert circuit.may_probe(at(91))

    def test_is_given_up_when_it_never_answers(self) -> None:
        patience = CircuitPolicy().probe_patience
        assert not _probing().may_probe(at(30) + patience - timedelta(microseconds=1))
        assert _probing().may_probe(at(30) + patience)

    def test_counts_no_more_once_another_went_in_its_place(self) -> None:
        later = at(30) + CircuitPolicy().probe_patience
        another = _probing().begin_probe(an_id(3), now=later)
        assert another.after(_DOWN, of=_PROBE, now=later) == another
        assert another.after(Accepted(), of=_PROBE, now=later) == another

    def test_that_never_began_leaves_its_place_at_once(self) -> None:
        assert _probing().release_probe(_PROBE).may_probe(at(30))

    def test_that_never_began_says_nothing(self) -> None:
        released = _probing().release_probe(_PROBE)
        assert released.after(Accepted(), of=_PROBE, now=at(31)).is_open

    def test_is_released_by_nobody_else(self) -> None:
        assert _probing().release_probe(_PASSENGER) == _probing()

    def test_keeps_the_others_from_being_woken_at_every_instant(self) -> None:
        assert _probing().wake_at(at(45)) >= at(46)


class TestAProviderThatStaysDown:
    def test_is_down_since_it_first_was_and_for_what_it_said_last(self) -> None:
        words = ProviderDown(reason="not now (queue XXXX), ada@example.com")
        circuit = _probing().after(words, of=_PROBE, now=at(31))
        assert (_opened().open_since, _opened().words) == (at(), _DOWN.reason)
        assert circuit.open_since == at()
        assert circuit.words.startswith("not now (queue XXXX)")
        assert "ada@" not in circuit.words

    def test_was_down_for_nothing_once_it_is_up(self) -> None:
        circuit = _probing().after(Accepted(), of=_PROBE, now=at(31))
        assert (circuit.open_since, circuit.words) == (None, "")

    def test_is_looked_after_at_doubling_intervals_up_to_five_minutes(self) -> None:
        circuit, now, waits = _opened(), at(), []
        for _ in range(7):
            look_at = circuit.wake_at(now)
            waits.append((look_at - now).total_seconds())
            now = look_at
            circuit = circuit.begin_probe(_PROBE, now=now).after(_DOWN, of=_PROBE, now=now)
        assert waits == [30, 60, 120, 240, 300, 300, 300]

    def test_is_looked_after_for_ever(self) -> None:
        circuit, now = _opened(), at()
        for _ in range(2000):
            now = circuit.wake_at(now)
            circuit = circuit.begin_probe(_PROBE, now=now).after(_DOWN, of=_PROBE, now=now)
        assert circuit.may_probe(now + timedelta(minutes=5))

    def test_is_given_the_first_short_rest_again_after_it_was_back(self) -> None:
        circuit = _probing().after(_DOWN, of=_PROBE, now=at(30))
        circuit = circuit.begin_probe(_PROBE, now=at(90)).after(Accepted(), of=_PROBE, now=at(90))
        assert _after(circuit, *[_DOWN] * 5, now=at(100)).may_probe(at(130))


class _Provider(RuleBasedStateMachine):
    """Outcomes arrive in any order, probes begin, answer, vanish or never start."""

    @initialize(opens_after=st.integers(1, 6))
    def close(self, opens_after: int) -> None:
        self.now = at()
        self.policy = CircuitPolicy(opens_after=opens_after)
        self.circuit = Circuit(policy=self.policy)
        self.ids = 100
        self.in_a_row = 0
        self.openings = 0
        self.probe: UUID | None = None
        self.given_up: list[UUID] = []

    @rule(seconds=st.sampled_from([0, 1, 29, 30, 31, 119, 120, 121, 300, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(outcome=st.sampled_from([*_OTHERS, _DOWN, _DOWN, _DOWN, _LOCKED_OUT]))
    def a_passenger_returns(self, outcome: Outcome) -> None:
        was_open, before = self.circuit.is_open, self.circuit
        self.circuit = self.circuit.after(outcome, of=self._new_id(), now=self.now)
        if was_open:
            assert self.circuit == before
            return
        self.in_a_row = self.in_a_row + 1 if isinstance(outcome, ProviderDown) else 0
        must_open = self.in_a_row >= self.policy.opens_after or outcome == _LOCKED_OUT
        assert self.circuit.is_open is must_open
        if must_open:
            self._opened(self.now + self._wait())

    @invariant()
    def its_policy_never_changes(self) -> None:
        assert self.circuit.policy == self.policy

    @precondition(lambda self: self.given_up)
    @rule(outcome=st.sampled_from([*_OTHERS, _DOWN, _LOCKED_OUT]))
    def a_probe_given_up_returns(self, outcome: Outcome) -> None:
        before = self.circuit
        if before.is_open:
            self.circuit = before.after(outcome, of=self.given_up.pop(), now=self.now)
            assert self.circuit == before

    @precondition(lambda self: self.circuit.may_probe(self.now))
    @rule()
    def a_probe_begins(self) -> None:
        if self.probe is not None:
            self.given_up.append(self.probe)
        self.probe = self._new_id()
        self.circuit = self.circuit.begin_probe(self.probe, now=self.now)
        assert not self.circuit.may_probe(self.now)

    @precondition(lambda self: self.probe)
    @rule()
    def the_probe_never_began(self) -> None:
        assert self.probe is not None
        self.circuit, self.probe = self.circuit.release_probe(self.probe), None
        assert self.circuit.may_probe(self.now)

    @precondition(lambda self: self.probe)
    @rule(
        outcome=st.sampled_from([*_OTHERS, _DOWN, _DOWN, _DOWN, _LOCKED_OUT]),
        retry_after=st.none() | st.integers(1, 3600),
    )
    def the_probe_returns(self, outcome: Outcome, retry_after: int | None) -> None:
        assert self.probe is not None
        wait = self._wait()
        if isinstance(outcome, ProviderDown) and retry_after is not None:
            wait = timedelta(seconds=retry_after)
            outcome = replace(outcome, retry_after=wait)
        self.circuit = self.circuit.after(outcome, of=self.probe, now=self.now)
        assert self.circuit.is_open is isinstance(outcome, ProviderDown)
        if self.circuit.is_open:
            self._opened(self.now + wait)
        else:
            self.probe, self.in_a_row, self.openings = None, 0, 0

    @invariant()
    def somebody_will_look_again(self) -> None:
        last_look = self.now + timedelta(seconds=3600) + self.policy.probe_patience
        assert self.circuit.may_probe(last_look) or not self.circuit.is_open

    @invariant()
    def nobody_probes_what_is_closed(self) -> None:
        assert self.circuit.is_open or not self.circuit.may_probe(self.now)

    @invariant()
    def the_held_wake_in_order_and_not_before_the_probe(self) -> None:
        instants = [self.circuit.wake_at(self.now, place=place) for place in (0, 1, 2, 500)]
        assert instants == sorted(instants)
        if self.circuit.is_open:
            assert len(set(instants)) == 4
            assert self.circuit.may_probe(instants[0]) or self.probe is not None
        else:
            assert instants == [self.now + timedelta(seconds=1)] * 4

    def _wait(self) -> timedelta:
        return timedelta(seconds=min(30 * 2 ** min(self.openings, 9), 300))

    def _opened(self, probe_at: datetime) -> None:
        self.probe, self.openings = None, self.openings + 1
        assert self.circuit.wake_at(self.now) == probe_at
        assert not self.circuit.may_probe(probe_at - timedelta(microseconds=1))
        assert self.circuit.may_probe(probe_at)

    def _new_id(self) -> UUID:
        self.ids += 1
        return an_id(self.ids)


class TestAnyCircuit:
    def test_is_closed_or_will_be_probed_whatever_happens(self) -> None:
        run_state_machine_as_test(
            _Provider, settings=settings(max_examples=100, stateful_step_count=40, deadline=None)
        )
