"""Does the rate rule hold in every window, and is the queue behind it fair?"""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.rate import (
    EMPTY_LEDGER,
    HAND_OVER_WITHIN,
    OUT_OF_ORDER_BY,
    QUEUE_PATIENCE,
    Ask,
    Granted,
    Ledger,
    NotBefore,
    RateRule,
    RateVerdict,
)
from tests.builders import an_id, at

_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)
_MS = timedelta(milliseconds=1)

_limits = st.integers(1, 4)
_windows = st.integers(2, 8).map(lambda seconds: timedelta(seconds=seconds))


def _rule(limit: int, window: timedelta = _MINUTE) -> RateRule:
    return RateRule(limit=limit, window=window)


def _asks(count: int, *, first: int = 1, attempt: int = 1) -> list[Ask]:
    return [(an_id(number), 1, attempt) for number in range(first, first + count)]


def _at(verdicts: list[RateVerdict]) -> list[datetime]:
    return [verdict.at for verdict in verdicts]


class _Desk:
    """One recipient's ledger, and everybody who asks it."""

    def __init__(self, limit: int, window: timedelta = _MINUTE) -> None:
        self.rule = _rule(limit, window)
        self.ledger = EMPTY_LEDGER

    def take(self, asks: list[Ask], now: datetime) -> list[RateVerdict]:
        verdicts, self.ledger = self.rule.take(self.ledger, asks, now=now)
        return verdicts

    def take_one(self, ask: Ask, now: datetime) -> RateVerdict:
        [verdict] = self.take([ask], now)
        return verdict

    def give_back(self, asks: list[Ask]) -> None:
        self.ledger = self.rule.give_back(self.ledger, asks)


class _HandOvers(RuleBasedStateMachine):
    """Six notifications for each of two recipients ask, come back, wait and begin as they like.

    Each that is granted begins at the worst moment that hypothesis finds within
    HAND_OVER_WITHIN of its grant, or does not begin at all and may give back or ask again.
    """

    @initialize(limit=_limits, window=_windows)
    def open(self, limit: int, window: timedelta) -> None:
        self.now = at()
        self.desks = {"ada": _Desk(limit, window), "grace": _Desk(limit, window)}
        self.attempt = {(key, who): 1 for key in self.desks for who in range(6)}
        self.unused: dict[tuple[str, int], datetime] = {}
        self.begins: dict[tuple[str, int], tuple[datetime, datetime]] = {}
        self.begun: dict[str, list[datetime]] = {key: [] for key in self.desks}
        self.told: dict[tuple[str, int], datetime] = {}

    @rule(ms=st.integers(0, 12_000) | st.sampled_from([999, 1000, 1001, 60_000]))
    def time_passes(self, ms: int) -> None:
        self.now += ms * _MS

    @rule(
        key=st.sampled_from(["ada", "grace"]),
        batch=st.lists(
            st.tuples(st.integers(0, 5), st.none() | st.integers(0, 1000) | st.just(1000)),
            min_size=1,
            max_size=6,
        ),
    )
    def some_ask(self, key: str, batch: list[tuple[int, int | None]]) -> None:
        desk, whos = self.desks[key], [(key, who) for who, _ in batch]
        for who in whos:
            self._leave_what_was_begun(who)
        asks = [(an_id(who + 1), 1, self.attempt[key, who]) for _, who in whos]
        verdicts = desk.take(asks, self.now)
        for who, (_, delay), verdict in zip(whos, batch, verdicts, strict=True):
            self._check(who, verdict)
            self._obey(who, verdict, delay)

    @precondition(lambda self: self.told)
    @rule(delay=st.integers(0, 1000), late=st.sampled_from([0, 0, 0, 1, 500, 70_000]))
    def the_next_comes_back(self, delay: int, late: int) -> None:
        who, forecast = min(self.told.items(), key=lambda told: told[1])
        self.now = max(self.now, forecast) + late * _MS
        self.some_ask(who[0], [(who[1], delay)])

    @precondition(lambda self: self.unused)
    @rule(data=st.data())
    def one_gives_back(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.unused)))
        self.desks[who[0]].give_back([(an_id(who[1] + 1), 1, self.attempt[who])])
        del self.unused[who]

    @invariant()
    def the_rule_holds(self) -> None:
        for key, desk in self.desks.items():
            planned = [begin for who, (_, begin) in self.begins.items() if who[0] == key]
            begun = sorted(self.begun[key] + planned)
            for first, one_too_many in zip(begun, begun[desk.rule.limit :], strict=False):
                assert one_too_many - first >= desk.rule.window

    def _leave_what_was_begun(self, who: tuple[str, int]) -> None:
        """A hand-over that was begun is never asked for again; the next attempt is."""
        if who in self.begins and self.begins[who][1] <= self.now:
            self.begun[who[0]].append(self.begins.pop(who)[1])
            self.attempt[who] += 1

    def _check(self, who: tuple[str, int], verdict: RateVerdict) -> None:
        standing = self.begins[who][0] if who in self.begins else self.unused.get(who)
        if standing is not None and self.now - standing <= HAND_OVER_WITHIN:
            assert verdict == Granted(standing), "asking again for a fresh grant is free"
        elif isinstance(verdict, Granted):
            assert verdict.at == self.now
        else:
            assert verdict.at > self.now, "a forecast lies ahead, or it would be asked for ever"

    def _obey(self, who: tuple[str, int], verdict: RateVerdict, delay: int | None) -> None:
        if who in self.begins:
            return
        self.unused.pop(who, None)
        self.told.pop(who, None)
        if isinstance(verdict, NotBefore):
            self.told[who] = verdict.at
        elif delay is None:
            self.unused[who] = verdict.at
        else:
            self.begins[who] = (verdict.at, max(self.now, verdict.at + delay * _MS))


class TestTheRateRule:
    def test_holds_in_every_window_for_any_sequence_of_asks(self) -> None:
        run_state_machine_as_test(
            _HandOvers, settings=settings(max_examples=100, stateful_step_count=40, deadline=None)
        )

    @given(limit=_limits, window=_windows, count=st.integers(1, 12))
    @settings(deadline=None)
    def test_is_used_to_the_full(self, limit: int, window: timedelta, count: int) -> None:
        verdicts = _Desk(limit, window).take(_asks(count), at())
        assert sum(isinstance(verdict, Granted) for verdict in verdicts) == min(limit, count)

    def test_counts_a_grant_for_the_window_and_the_second_of_its_hand_over(self) -> None:
        desk = _Desk(limit=1)
        assert desk.take_one((an_id(1), 1, 1), at()) == Granted(at())
        assert isinstance(desk.take_one((an_id(2), 1, 1), at(61) - _INSTANT), NotBefore)
        assert desk.take_one((an_id(2), 1, 1), at(61)) == Granted(at(61))

    def test_counts_each_attempt_of_one_notification(self) -> None:
        desk = _Desk(limit=1)
        assert desk.take_one((an_id(1), 1, 1), at()) == Granted(at())
        assert desk.take_one((an_id(1), 1, 2), at(1)) == NotBefore(at(61))

    @pytest.mark.parametrize("step", [1, -1], ids=["and of their ids", "against that of their ids"])
    def test_grants_in_the_order_given(self, step: int) -> None:
        verdicts = _Desk(limit=2).take(_asks(3)[::step], at())
        assert [type(verdict) for verdict in verdicts] == [Granted, Granted, NotBefore]


class TestAskingAgain:
    @pytest.mark.parametrize("seconds", [0, 0.5, 1], ids=["at once", "in between", "just in time"])
    def test_is_free_while_the_grant_is_fresh(self, seconds: float) -> None:
        desk = _Desk(limit=2)
        ask, other = _asks(2)
        desk.take([ask, other], at())
        before = desk.ledger
        assert desk.take_one(ask, at(seconds)) == Granted(at())
        assert desk.ledger == before

    def test_is_free_within_one_call(self) -> None:
        [ask, other] = _asks(2)
        verdicts = _Desk(limit=2).take([ask, ask, other], at())
        assert verdicts == [Granted(at())] * 3

    def test_is_one_place_in_the_queue_within_one_call(self) -> None:
        first, held = _asks(2)
        verdicts = _Desk(limit=1).take([first, held, held], at())
        assert verdicts == [Granted(at()), NotBefore(at(61)), NotBefore(at(61))]

    def test_counts_from_the_new_grant_once_the_first_is_stale(self) -> None:
        desk = _Desk(limit=1)
        [ask, other] = _asks(2)
        desk.take_one(ask, at())
        assert desk.take_one(ask, at(2)) == Granted(at(2))
        assert isinstance(desk.take_one(other, at(63) - _INSTANT), NotBefore)

    def test_keeps_the_place_in_the_queue(self) -> None:
        desk = _Desk(limit=1)
        first, second, third = _asks(3)
        desk.take([first, second, third], at())
        assert desk.take([third, second], at(30)) == [NotBefore(at(122)), NotBefore(at(61))]


class TestGivingBack:
    def test_makes_room_for_another(self) -> None:
        desk = _Desk(limit=1)
        first, second = _asks(2)
        desk.take_one(first, at())
        desk.give_back([first])
        assert desk.take_one(second, at()) == Granted(at())

    def test_makes_room_for_the_first_in_the_queue(self) -> None:
        desk = _Desk(limit=1)
        first, second, third = _asks(3)
        desk.take([first, second, third], at())
        desk.give_back([first])
        assert desk.take_one(third, at(1)) == NotBefore(at(62))
        assert desk.take_one(second, at(1)) == Granted(at(1))

    def test_gives_up_a_place_in_the_queue(self) -> None:
        desk = _Desk(limit=1)
        first, second, third = _asks(3)
        desk.take([first, second], at())
        desk.give_back([second])
        assert desk.take_one(third, at(1)) == NotBefore(at(61))

    def test_changes_nothing_for_anybody_else(self) -> None:
        desk = _Desk(limit=1)
        first, second, stranger = _asks(3)
        desk.take([first, second], at())
        before = desk.ledger
        desk.give_back([stranger, (first[0], first[1], first[2] + 1)])
        assert desk.ledger == before


class TestAForecast:
    def test_is_spaced_by_the_place_in_the_queue(self) -> None:
        verdicts = _Desk(limit=2).take(_asks(7), at())
        assert _at(verdicts[2:]) == [at(61), at(61), at(122), at(122), at(183)]

    def test_follows_the_grants_that_stand_in_the_way(self) -> None:
        desk = _Desk(limit=2)
        first, second, *others = _asks(6)
        desk.take_one(first, at())
        desk.take_one(second, at(10))
        assert _at(desk.take(others, at(20))) == [at(61), at(71), at(122), at(132)]

    @given(limit=_limits, window=_windows, count=st.integers(1, 30))
    @settings(deadline=None)
    def test_never_names_more_for_one_window_than_may_begin_in_it(
        self, limit: int, window: timedelta, count: int
    ) -> None:
        instants = _at(_Desk(limit, window).take(_asks(count), at()))
        assert instants == sorted(instants)
        assert all(
            later - sooner >= window
            for sooner, later in zip(instants, instants[limit:], strict=False)
        )

    @given(
        limit=_limits,
        window=_windows,
        arrivals=st.lists(
            st.tuples(st.integers(0, 3000), st.integers(0, 9)), min_size=1, max_size=25
        ),
        in_one_call=st.booleans(),
    )
    @settings(max_examples=200, deadline=None)
    def test_is_kept_if_everybody_ahead_came_on_time(
        self,
        limit: int,
        window: timedelta,
        arrivals: list[tuple[int, int]],
        in_one_call: bool,
    ) -> None:
        desk, now = _Desk(limit, window), at()
        agenda: list[tuple[datetime, int, int]] = []
        for number, (gap, luck) in enumerate(arrivals):
            now += gap * _MS
            heappush(agenda, (now, luck, number))
        told: dict[int, datetime] = {}
        while agenda:
            now = agenda[0][0]
            call: list[tuple[datetime, int, int]] = []
            while agenda and agenda[0][0] == now and (in_one_call or not call):
                call.append(heappop(agenda))
            asks = [(an_id(number), 1, 1) for _, _, number in call]
            for (_, luck, number), verdict in zip(call, desk.take(asks, now), strict=True):
                if isinstance(verdict, NotBefore):
                    assert number not in told
                    told[number] = verdict.at
                    heappush(agenda, (verdict.at, luck, number))


class TestThoseWhoComeBack:
    @pytest.mark.parametrize("order", [(3, 4), (4, 3)], ids=["in order", "out of order"])
    def test_are_granted_in_one_call(self, order: tuple[int, int]) -> None:
        desk = _Desk(limit=2)
        desk.take(_asks(4), at())
        verdicts = desk.take([(an_id(number), 1, 1) for number in order], at(61))
        assert verdicts == [Granted(at(61))] * 2

    def test_are_granted_by_their_place_and_not_by_who_is_first(self) -> None:
        desk = _Desk(limit=1)
        _, second, third = asks = _asks(3)
        desk.take(asks, at())
        assert desk.take([third, second], at(61)) == [NotBefore(at(122)), Granted(at(61))]

    def test_stand_behind_who_was_granted_before(self) -> None:
        desk = _Desk(limit=1)
        granted, held = _asks(2)
        desk.take([granted, held], at(30))
        assert desk.take([granted, held], at(40)) == [Granted(at(40)), NotBefore(at(91))]

    def test_stand_behind_nobody_who_has_gone_before_them(self) -> None:
        desk = _Desk(limit=2)
        one, two, first, second, third = _asks(5)
        desk.take_one(one, at(2))
        desk.take_one(two, at(12))
        desk.take([first, second], at(42))
        desk.take([third, one], at(72))
        verdicts = desk.take([second, one, first], at(74))
        assert verdicts == [Granted(at(74)), NotBefore(at(135)), Granted(at(74))]


class TestWhoWasGrantedBefore:
    def test_is_let_past_those_that_wait(self) -> None:
        desk = _Desk(limit=1)
        granted, held = _asks(2)
        desk.take_one(granted, at(65))
        verdicts = desk.take([held, granted], at(67))
        assert verdicts == [NotBefore(at(126)), Granted(at(67))]


class TestANewcomer:
    def test_queues_behind_those_told_to_come_back(self) -> None:
        desk = _Desk(limit=1)
        first, held, newcomer = _asks(3)
        desk.take([first, held], at())
        assert desk.take_one(newcomer, at(61)) == NotBefore(at(122))
        assert desk.take_one(held, at(61)) == Granted(at(61))

    def test_queues_behind_them_in_the_same_call_too(self) -> None:
        desk = _Desk(limit=1)
        first, held, newcomer = _asks(3)
        desk.take([first, held], at())
        assert desk.take([newcomer, held], at(61)) == [NotBefore(at(122)), Granted(at(61))]

    def test_is_granted_what_those_ahead_leave(self) -> None:
        desk = _Desk(limit=3)
        first, newcomer = _asks(1), (an_id(9), 1, 1)
        desk.take(first + _asks(3, first=2), at())  # three granted, one held
        assert desk.take_one(newcomer, at(61)) == Granted(at(61))

    def test_does_not_wait_for_who_was_granted_in_the_meantime(self) -> None:
        desk = _Desk(limit=2)
        desk.take(_asks(3), at())
        assert desk.take_one((an_id(3), 1, 1), at(61)) == Granted(at(61))
        assert desk.take_one((an_id(4), 1, 1), at(61)) == Granted(at(61))


class TestWhoNeverComesBack:
    def test_keeps_the_place_for_a_minute_after_the_forecast(self) -> None:
        desk = _Desk(limit=1)
        first, absent, newcomer = _asks(3)
        desk.take([first, absent], at())
        patient_until = at(61) + QUEUE_PATIENCE
        assert isinstance(desk.take_one(newcomer, patient_until - _INSTANT), NotBefore)

    def test_loses_the_place_then(self) -> None:
        desk = _Desk(limit=1)
        first, absent, newcomer = _asks(3)
        desk.take([first, absent], at())
        patient_until = at(61) + QUEUE_PATIENCE
        assert desk.take_one(newcomer, patient_until) == Granted(patient_until)

    def test_is_a_newcomer_after_that(self) -> None:
        desk = _Desk(limit=1)
        first, absent, newcomer = _asks(3)
        desk.take([first, absent], at())
        late = at(61) + QUEUE_PATIENCE
        desk.take_one(newcomer, late)
        assert desk.take_one(absent, late) == NotBefore(late + _MINUTE + HAND_OVER_WITHIN)


class TestAClockThatWasSetBack:
    """By an hour, so that what was granted lies in the future."""

    HOUR = timedelta(hours=1)

    def test_lets_a_grant_count_as_if_it_was_given_now(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(1), at() + self.HOUR)
        [verdict] = desk.take(_asks(1, first=2), at())
        assert verdict == NotBefore(at() + desk.rule.span)

    def test_lets_it_count_for_its_span_from_then_on(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(1), at() + self.HOUR)
        desk.take(_asks(1, first=2), at())
        later = at() + desk.rule.span
        assert isinstance(desk.take_one(_asks(1, first=2)[0], later - _INSTANT), NotBefore)
        assert desk.take_one(_asks(1, first=2)[0], later) == Granted(later)

    def test_is_told_from_calls_that_come_out_of_order(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(1), at() + OUT_OF_ORDER_BY)
        [verdict] = desk.take(_asks(1, first=2), at())
        assert verdict == NotBefore(at() + OUT_OF_ORDER_BY + desk.rule.span)

    def test_keeps_places_for_no_longer_than_they_can_need(self) -> None:
        desk = _Desk(limit=2)
        desk.take(_asks(6), at() + self.HOUR)
        desk.take(_asks(1, first=7), at())
        long_after = at() + 3 * desk.rule.span + timedelta(seconds=10) + QUEUE_PATIENCE
        assert desk.take(_asks(2, first=8), long_after) == [Granted(long_after)] * 2

    def test_spaces_the_places_anew(self) -> None:
        desk = _Desk(limit=2)
        desk.take(_asks(6), at() + self.HOUR)
        desk.take(_asks(1, first=7), at())
        forecasts = [forecast - OUT_OF_ORDER_BY for _, forecast in desk.ledger.queue]
        assert forecasts[:4] == [at(61), at(61), at(122), at(122)]

    @given(
        limit=_limits,
        calls=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=6),
        back=st.integers(0, 200_000),
    )
    @settings(deadline=None)
    def test_lets_nobody_wait_longer_than_if_all_had_been_granted_now(
        self, limit: int, calls: list[tuple[int, int]], back: int
    ) -> None:
        before, now = _Desk(limit), _Desk(limit)
        instant, first = at(), 1
        for seconds, count in calls:
            instant += timedelta(seconds=seconds)
            before.take(_asks(count, first=first), instant)
            first += count
        if calls:
            now.take(_asks(first - 1), instant)
        set_back = instant - timedelta(seconds=back)
        [verdict] = before.take(_asks(1, first=99), set_back)
        [as_if] = now.take(_asks(1, first=99), instant)
        waits = verdict.at - set_back
        assert waits <= as_if.at - instant + timedelta(seconds=10)


class TestAForgottenLedger:
    def test_can_be_forgotten_at_any_time_if_it_is_empty(self) -> None:
        assert _rule(1).forgettable_at(EMPTY_LEDGER) is None

    @given(
        limit=_limits,
        window=_windows,
        calls=st.lists(
            st.tuples(st.integers(0, 9000), st.lists(st.integers(0, 7), min_size=1, unique=True)),
            min_size=1,
            max_size=12,
        ),
        who=st.lists(st.integers(0, 9), min_size=1, unique=True),
    )
    @settings(deadline=None)
    def test_would_have_said_the_same_as_an_empty_one(
        self,
        limit: int,
        window: timedelta,
        calls: list[tuple[int, list[int]]],
        who: list[int],
    ) -> None:
        desk, now = _Desk(limit, window), at()
        for gap, asking in calls:
            now += gap * _MS
            desk.take([(an_id(number), 1, 1) for number in asking], now)
        end = desk.rule.forgettable_at(desk.ledger)
        assert end is not None
        asks = [(an_id(number), 1, 1) for number in who]
        assert desk.rule.take(desk.ledger, asks, now=end) == desk.rule.take(
            EMPTY_LEDGER, asks, now=end
        )

    def test_still_counted_an_instant_before(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(1), at())
        assert desk.rule.forgettable_at(desk.ledger) == at(61)

    def test_is_kept_for_who_was_told_to_come_back(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(3), at())
        assert desk.rule.forgettable_at(desk.ledger) == at(122) + QUEUE_PATIENCE


class TestALedger:
    @given(
        limit=_limits,
        window=_windows,
        gaps=st.lists(st.integers(0, 20_000), min_size=1, max_size=60),
    )
    @settings(deadline=None)
    def test_remembers_no_more_grants_than_the_limit(
        self, limit: int, window: timedelta, gaps: list[int]
    ) -> None:
        desk, now = _Desk(limit, window), at()
        for number, gap in enumerate(gaps):
            now += gap * _MS
            desk.take_one((an_id(number), 1, 1), now)
            assert len(desk.ledger.grants) <= limit

    def test_is_not_changed_by_being_asked(self) -> None:
        ledger = Ledger()
        _rule(1).take(ledger, _asks(3), now=at())
        assert ledger == EMPTY_LEDGER

    def test_has_its_queue_in_the_order_of_the_forecasts(self) -> None:
        desk = _Desk(limit=1)
        desk.take(_asks(5), at())
        forecasts = [forecast for _, forecast in desk.ledger.queue]
        assert all(sooner < later for sooner, later in pairwise(forecasts))
