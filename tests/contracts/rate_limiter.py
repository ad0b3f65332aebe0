"""What does every RateLimiter keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from application.ports.rate_limiter import RateAsk, RateLimiter
from domain.rate import HAND_OVER_WITHIN, Granted, NotBefore, RateRule, RateVerdict
from tests.contracts.given import MICROSECOND, NOW, SECOND
from tests.runner import Run, together

ONE = RateRule(limit=1, window=10 * SECOND)
TWO = RateRule(limit=2, window=10 * SECOND)
ADA = "email:ada@example.com"
GRACE = "sms:+15551234567"


class Limiters(ABC):
    """One memory of grants that is shared by all workers; empty at first."""

    @abstractmethod
    async def connect(self) -> RateLimiter:
        """As one more worker meets it."""

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""

    async def restart(self) -> None:
        """Every worker dies; `connect` finds what outlives them."""
        pytest.skip("it remembers nothing beyond its process")


class Asker:
    """Asks in plain calls, under one rule, by the numbers of notifications."""

    def __init__(self, limiter: RateLimiter, run: Run) -> None:
        self.limiter = limiter
        self._run = run

    def take(
        self, *numbers: int, key: str = ADA, now: datetime = NOW, rule: RateRule = ONE
    ) -> list[RateVerdict]:
        return self.take_each(*(ask(n, key) for n in numbers), now=now, rule=rule)

    def take_each(
        self, *asks: RateAsk, now: datetime = NOW, rule: RateRule = ONE
    ) -> list[RateVerdict]:
        return list(self._run(self.limiter.take(asks, rule=rule, now=now)))

    def give_back(self, *asks: RateAsk, rule: RateRule = ONE) -> None:
        self._run(self.limiter.give_back(asks, rule=rule))


def ask(number: int, key: str = ADA, *, attempt: int = 1) -> RateAsk:
    return RateAsk(key, (UUID(int=number), 1, attempt))


def are_granted(verdicts: list[RateVerdict]) -> list[bool]:
    return [isinstance(verdict, Granted) for verdict in verdicts]


class RateLimiterContract(ABC):
    @abstractmethod
    def open_limiters(self, folder: Path) -> Limiters:
        """A new memory of grants; `folder` is empty and its own."""

    @pytest.fixture
    def limiters(self, run: Run, tmp_path: Path) -> Iterator[Limiters]:
        limiters = self.open_limiters(tmp_path)
        yield limiters
        run(limiters.close())

    @pytest.fixture
    def asker(self, limiters: Limiters, run: Run) -> Asker:
        return Asker(run(limiters.connect()), run)

    # In no window of the rule's length are more hand-overs granted than its limit

    def test_as_many_are_granted_as_the_limit_says_and_not_one_more(self, asker: Asker) -> None:
        assert asker.take(1, 2, rule=TWO) == [Granted(NOW), Granted(NOW)]
        [verdict] = asker.take(3, rule=TWO)
        assert isinstance(verdict, NotBefore)
        assert verdict.at > NOW

    def test_within_a_call_the_order_given_decides(self, asker: Asker) -> None:
        assert are_granted(asker.take(3, 1, 2, rule=TWO)) == [True, True, False]
        later = NOW + TWO.span
        assert are_granted(asker.take(2, 4, 5, rule=TWO, now=later)) == [True, True, False]

    def test_one_answer_for_each_ask_in_order(self, asker: Asker) -> None:
        asks = [ask(1), ask(2, GRACE), ask(3), ask(4, "x"), ask(5, GRACE), ask(1), ask(3)]
        granted = are_granted(asker.take_each(*asks))
        assert granted == [True, True, False, True, False, True, False]

    def test_asking_nothing_is_answered_with_nothing(self, asker: Asker) -> None:
        assert asker.take() == []
        asker.give_back()

    def test_a_grant_counts_to_the_microsecond(self, asker: Asker) -> None:
        asker.take(1)
        over = NOW + ONE.span
        assert are_granted(asker.take(2, now=over - MICROSECOND)) == [False]
        assert asker.take(2, now=over) == [Granted(over)]

    def test_a_grant_counts_for_the_window_and_the_time_its_hand_over_has_to_begin(
        self, asker: Asker
    ) -> None:
        asker.take(1)
        later = NOW + ONE.window + HAND_OVER_WITHIN
        assert are_granted(asker.take(2, now=later - MICROSECOND)) == [False]
        assert are_granted(asker.take(2, now=later)) == [True]

    def test_each_grant_is_over_by_itself(self, asker: Asker) -> None:
        asker.take(1, rule=TWO)
        asker.take(2, rule=TWO, now=NOW + SECOND)
        first_over, second_over = NOW + TWO.span, NOW + SECOND + TWO.span
        assert are_granted(asker.take(3, 4, rule=TWO, now=first_over)) == [True, False]
        assert are_granted(asker.take(4, rule=TWO, now=second_over - MICROSECOND)) == [False]
        assert are_granted(asker.take(4, rule=TWO, now=second_over)) == [True]

    def test_each_recipient_has_a_ledger_of_its_own(self, asker: Asker) -> None:
        assert are_granted(asker.take(1)) == [True]
        assert are_granted(asker.take(2)) == [False]
        for number, key in enumerate((GRACE, ADA + " ", ADA.upper(), "ä", ""), start=3):
            assert are_granted(asker.take(number, key=key)) == [True]

    def test_each_attempt_of_a_notification_counts(self, asker: Asker) -> None:
        attempts = [ask(1, attempt=number) for number in (1, 2, 10, 11)]
        granted = are_granted(asker.take_each(*attempts, rule=RateRule(limit=3, window=SECOND)))
        assert granted == [True, True, True, False]

    def test_in_no_window_are_there_more_whoever_asks_when(
        self, asker: Asker, limiters: Limiters, run: Run
    ) -> None:
        chance, rule, now = Random(7), RateRule(limit=3, window=2 * SECOND), NOW
        askers = [asker, Asker(run(limiters.connect()), run)]
        granted_at: dict[RateAsk, datetime] = {}
        waiting: list[RateAsk] = []
        for number in range(200):
            asks = [*waiting, ask(number)]
            chance.shuffle(asks)
            verdicts = chance.choice(askers).take_each(*asks, rule=rule, now=now)
            for each, verdict in zip(asks, verdicts, strict=True):
                if isinstance(verdict, Granted):
                    granted_at[each] = verdict.at
            waiting = [each for each in asks if each not in granted_at]
            asker.give_back(*waiting[4:], rule=rule)
            waiting = waiting[:4]
            now += chance.randrange(1_500_000) * MICROSECOND
        instants = sorted(granted_at.values())
        assert len(instants) > 50
        for first, one_too_many in zip(instants, instants[rule.limit :], strict=False):
            assert one_too_many - first >= rule.window

    # Asking again for a grant that is fresh changes nothing and is granted

    def test_asking_again_for_a_fresh_grant_changes_nothing_and_is_granted(
        self, asker: Asker
    ) -> None:
        asker.take(1)
        fresh = NOW + HAND_OVER_WITHIN
        assert asker.take(1, now=NOW + MICROSECOND) == [Granted(NOW)]
        assert asker.take(1, now=fresh) == [Granted(NOW)]
        assert are_granted(asker.take(2, now=NOW + ONE.span)) == [True]

    def test_asking_again_within_a_call_changes_nothing(self, asker: Asker) -> None:
        assert are_granted(asker.take(1, 1, 2, 1, rule=TWO)) == [True] * 4
        assert are_granted(asker.take(3, rule=TWO)) == [False]

    def test_asking_again_for_a_grant_that_is_stale_takes_anew(self, asker: Asker) -> None:
        asker.take(1)
        stale = NOW + HAND_OVER_WITHIN + MICROSECOND
        assert asker.take(1, now=stale) == [Granted(stale)]
        assert are_granted(asker.take(2, now=NOW + ONE.span)) == [False]
        assert are_granted(asker.take(2, now=stale + ONE.span)) == [True]

    # Newcomers queue behind who was told to come back

    def test_newcomers_queue_behind_who_was_told_to_come_back(self, asker: Asker) -> None:
        asker.take(1)
        asker.take(2)
        over = NOW + ONE.span
        assert are_granted(asker.take(3, now=over)) == [False]
        assert are_granted(asker.take(2, now=over)) == [True]

    def test_newcomers_of_the_same_call_queue_behind_too(self, asker: Asker) -> None:
        asker.take(1)
        asker.take(2)
        over = NOW + ONE.span
        assert are_granted(asker.take(3, 2, now=over)) == [False, True]

    def test_forecasts_are_spaced_by_the_place_in_the_queue(self, asker: Asker) -> None:
        asker.take(1)
        forecasts = [verdict.at for verdict in asker.take(2, 3, 4)]
        assert len(set(forecasts)) == 3
        assert forecasts == sorted(forecasts)

    # give_back: these grants do not count any more

    def test_a_grant_that_was_given_back_does_not_count_any_more(self, asker: Asker) -> None:
        asker.take(1, 2, rule=TWO)
        asker.give_back(ask(1), rule=TWO)
        assert are_granted(asker.take(3, 4, rule=TWO)) == [True, False]

    def test_only_what_was_given_back_does_not_count(self, asker: Asker) -> None:
        asker.take_each(ask(1), ask(2, GRACE))
        asker.give_back(ask(1, GRACE), ask(1, attempt=2), ask(9), ask(9, "nobody"))
        assert are_granted(asker.take_each(ask(3), ask(4, GRACE))) == [False, False]

    def test_a_place_in_the_queue_that_was_given_back_keeps_nobody_waiting(
        self, asker: Asker
    ) -> None:
        asker.take(1)
        asker.take(2)
        asker.give_back(ask(2))
        assert are_granted(asker.take(3, now=NOW + ONE.span)) == [True]

    # Grants are remembered as long as they count, also when the worker dies

    def test_grants_are_remembered_when_the_worker_dies(
        self, asker: Asker, limiters: Limiters, run: Run
    ) -> None:
        asker.take(1)
        asker.take(2)
        after = Asker(run(limiters.connect()), run)
        assert are_granted(after.take(3, now=NOW + ONE.span - MICROSECOND)) == [False]
        assert are_granted(after.take(3, now=NOW + ONE.span)) == [False]
        assert are_granted(after.take(2, now=NOW + ONE.span)) == [True]

    def test_grants_are_remembered_when_all_workers_die(
        self, asker: Asker, limiters: Limiters, run: Run
    ) -> None:
        asker.take(1)
        run(limiters.restart())
        after = Asker(run(limiters.connect()), run)
        assert after.take(1, now=NOW + MICROSECOND) == [Granted(NOW)]
        assert are_granted(after.take(2, now=NOW + ONE.span - MICROSECOND)) == [False]

    def test_grants_are_remembered_while_others_come_and_go(self, asker: Asker) -> None:
        for number in range(20):
            now = NOW + number * ONE.window / 4
            assert are_granted(asker.take(number, key=f"key-{number}", now=now)) == [True]
            for earlier in range(number):
                at = NOW + earlier * ONE.window / 4
                [verdict] = asker.take(100 + earlier, key=f"key-{earlier}", now=now)
                assert isinstance(verdict, NotBefore) or now - at >= ONE.span
                asker.give_back(ask(100 + earlier, f"key-{earlier}"))

    def test_grants_are_remembered_whatever_rule_others_are_asked_with(self, asker: Asker) -> None:
        hourly = RateRule(limit=1, window=timedelta(hours=1))
        asker.take(0)
        asker.take(1, key=GRACE, rule=hourly)
        for seconds in range(0, 120, 5):
            asker.take(1000 + seconds, now=NOW + seconds * SECOND)
        later = NOW + hourly.span - MICROSECOND
        assert are_granted(asker.take(2, key=GRACE, rule=hourly, now=later)) == [False]

    # A grant from the future, as after a clock was set back, counts as if it was given now

    def test_after_the_clock_was_set_back_a_grant_counts_as_if_given_now(
        self, asker: Asker
    ) -> None:
        asker.take(1, now=NOW + timedelta(hours=1))
        assert asker.take(2) == [NotBefore(NOW + ONE.span)]
        assert are_granted(asker.take(2, now=NOW + ONE.span - MICROSECOND)) == [False]
        assert are_granted(asker.take(2, now=NOW + ONE.span)) == [True]

    # Atomic for each key; concurrent callers are safe

    def test_of_many_that_ask_at_once_no_more_are_granted_than_the_limit(
        self, asker: Asker, limiters: Limiters, run: Run
    ) -> None:
        rule = RateRule(limit=7, window=10 * SECOND)
        workers = [run(limiters.connect()) for _ in range(3)]
        calls = [
            workers[number % 3].take(
                [ask(5 * number + n, key) for n in range(5) for key in (ADA, GRACE)],
                rule=rule,
                now=NOW,
            )
            for number in range(12)
        ]
        granted: Counter[str] = Counter()
        for verdicts in run(together(*calls)):
            granted[ADA] += sum(are_granted(list(verdicts[0::2])))
            granted[GRACE] += sum(are_granted(list(verdicts[1::2])))
        assert granted == {ADA: 7, GRACE: 7}

    def test_five_hundred_recipients_at_once(self, asker: Asker) -> None:
        asks = [ask(number, f"{number}@example.com") for number in range(500)]
        assert asker.take_each(*asks) == [Granted(NOW)] * 500
        others = [ask(1000 + number, f"{number}@example.com") for number in range(500)]
        assert are_granted(asker.take_each(*others)) == [False] * 500
