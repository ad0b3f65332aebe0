"""Is the rule that Redis runs the rule of the domain, verdict for verdict and ledger for ledger?"""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from adapters.redis.keys import Keys
from adapters.redis.ledger import packed_ledger, unpacked_ledger
from adapters.redis.rate_limiter import RedisRateLimiter
from application.ports.rate_limiter import RateAsk
from domain.rate import (
    EMPTY_LEDGER,
    HAND_OVER_WITHIN,
    QUEUE_PATIENCE,
    Ask,
    Ledger,
    RateRule,
)
from tests.adapters.redis.redis import Place
from tests.builders import an_id
from tests.contracts.given import MICROSECOND, NOW, SECOND
from tests.runner import Run

_KEYS = ("email:ada@example.com", "sms:+15551234567")
_asks = st.tuples(st.integers(1, 5).map(an_id), st.just(1), st.sampled_from([1, 1, 300]))
_rules = st.builds(
    RateRule,
    limit=st.integers(1, 4),
    window=st.sampled_from([SECOND, 2 * SECOND, 2_500_001 * MICROSECOND, 60 * SECOND]),
)
#: By how much time passes: none, some, or to the next instant that matters, or just beside it.
_near = st.sampled_from([-MICROSECOND, timedelta(), MICROSECOND])
_far = st.sampled_from([timedelta(seconds=-11), timedelta(hours=-1), timedelta(days=1)])
_some = st.integers(0, 3_000_000).map(lambda count: count * MICROSECOND)


class _Twins(RuleBasedStateMachine):
    """The domain and the script are asked the same, by anybody, at any time, under any rule."""

    def __init__(self, place: Place, limiter: RedisRateLimiter, run: Run) -> None:
        super().__init__()
        self._place = place
        self._limiter = limiter
        self._run = run
        self._keys = Keys(place.options)

    @initialize(limit=_rules)
    def open(self, limit: RateRule) -> None:
        self.ledgers: dict[str, Ledger] = {}
        self.rule = limit
        self.now: datetime = NOW
        for key in _KEYS:
            self._run(self._place.command("DEL", self._keys.ledger(key)))

    @rule(step=_some | _some | _far)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(rule=_rules)
    def the_rule_is_set_anew(self, rule: RateRule) -> None:
        self.rule = rule

    @rule(
        groups=st.dictionaries(
            st.sampled_from(_KEYS), st.lists(_asks, min_size=1, max_size=9), min_size=1
        ),
        near=st.none() | _near,
    )
    def some_ask(self, groups: dict[str, list[Ask]], near: timedelta | None) -> None:
        if near is not None:
            self.now = self._next_that_matters() + near
        asks = [RateAsk(key, ask) for key, group in groups.items() for ask in group]
        verdicts = self._run(self._limiter.take(asks, rule=self.rule, now=self.now))
        expected = []
        for key, group in groups.items():
            ledger = self.ledgers.get(key, EMPTY_LEDGER)
            answers, self.ledgers[key] = self.rule.take(ledger, group, now=self.now)
            expected += answers
        assert list(verdicts) == expected
        self._compare()

    @rule(key=st.sampled_from(_KEYS), asks=st.lists(_asks, min_size=1, max_size=4))
    def some_give_back(self, key: str, asks: list[Ask]) -> None:
        given = [RateAsk(key, ask) for ask in asks]
        self._run(self._limiter.give_back(given, rule=self.rule))
        self.ledgers[key] = self.rule.give_back(self.ledgers.get(key, EMPTY_LEDGER), asks)
        self._compare()

    def _next_that_matters(self) -> datetime:
        """A grant stops being fresh or counting; a forecast comes, or its place is free."""
        waits = (timedelta(), HAND_OVER_WITHIN, self.rule.span, QUEUE_PATIENCE)
        ledgers = self.ledgers.values()
        instants = [at + wait for each in ledgers for _, at in each.grants for wait in waits]
        instants += [at + wait for each in ledgers for _, at in each.queue for wait in waits]
        return min((at for at in instants if at > self.now), default=self.now)

    def _compare(self) -> None:
        for key in self.ledgers:
            data = self._run(self._place.command("GET", self._keys.ledger(key)))
            found = EMPTY_LEDGER if data is None else unpacked_ledger(data)
            assert found == self.ledgers[key]
            assert data is None or packed_ledger(found) == data


def _machine(place: Place, run: Run) -> type[RuleBasedStateMachine]:
    limiter = run(place.limiter())

    class Machine(_Twins):
        def __init__(self) -> None:
            super().__init__(place, limiter, run)

    return Machine


class TestTheScript:
    def test_is_the_domains_rule(self, place: Place, run: Run) -> None:
        run_state_machine_as_test(
            _machine(place, run),
            settings=settings(max_examples=80, stateful_step_count=30, deadline=None),
        )
        assert place.telemetry.said == []

    def test_keeps_a_ledger_in_28_bytes_for_each_entry(self, place: Place, run: Run) -> None:
        limiter, rule = run(place.limiter()), RateRule(limit=10, window=60 * SECOND)
        asks = [RateAsk(_KEYS[0], (an_id(number), 1, 1)) for number in range(12)]
        run(limiter.take(asks, rule=rule, now=NOW))
        data = run(place.command("GET", Keys(place.options).ledger(_KEYS[0])))
        assert len(data) == 4 + 12 * 28

    def test_forgets_a_grant_at_the_instant_when_it_is_over(self, place: Place, run: Run) -> None:
        limiter, rule = run(place.limiter()), RateRule(limit=2, window=60 * SECOND)
        for number, now in ((1, NOW), (2, NOW + rule.span)):
            run(limiter.take([RateAsk(_KEYS[0], (an_id(number), 1, 1))], rule=rule, now=now))
        data = run(place.command("GET", Keys(place.options).ledger(_KEYS[0])))
        assert unpacked_ledger(data).grants == (((an_id(2), 1, 1), NOW + rule.span),)

    def test_cleans_up_what_is_over_and_nothing_before(self, place: Place, run: Run) -> None:
        limiter, rule = run(place.limiter()), RateRule(limit=1, window=3600 * SECOND)
        run(limiter.take([RateAsk(_KEYS[0], (an_id(1), 1, 1))], rule=rule, now=NOW))
        ms = run(place.command("PTTL", Keys(place.options).ledger(_KEYS[0])))
        assert rule.span < ms * timedelta(milliseconds=1) <= rule.span + timedelta(minutes=1)

    def test_no_address_can_be_read_from_a_key(self, place: Place, run: Run) -> None:
        limiter, rule = run(place.limiter()), RateRule(limit=1, window=SECOND)
        run(limiter.take([RateAsk(key, (an_id(1), 1, 1)) for key in _KEYS], rule=rule, now=NOW))
        keys = b" ".join(run(place.keys()))
        assert b"example" not in keys
        assert b"1555" not in keys
