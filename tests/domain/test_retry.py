"""When is a deferred notification tried again, and when not any more?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.retry import RetryPolicy, doubled
from tests.builders import at

_attempts = st.integers(min_value=1, max_value=10_000)
_policies = st.builds(
    RetryPolicy,
    max_retries=st.integers(0, 10_000),
    first_delay=st.timedeltas(timedelta(milliseconds=1), timedelta(hours=1)),
    longest=st.timedeltas(timedelta(hours=1), timedelta(days=7)),
)


class TestTheDefaultPolicy:
    @pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (3, 4)])
    def test_waits_one_two_and_four_seconds(self, attempt: int, seconds: int) -> None:
        next_try = RetryPolicy().next_try(attempt, now=at(), retry_after=None)
        assert next_try == at(seconds)

    def test_gives_up_after_the_fourth_attempt(self) -> None:
        assert RetryPolicy().allowed_attempts == 4
        assert RetryPolicy().next_try(4, now=at(), retry_after=None) is None

    @pytest.mark.parametrize(
        ("attempt", "wait"),
        [
            (12, timedelta(seconds=2048)),
            (13, timedelta(hours=1)),
            (14, timedelta(hours=1)),
            (10_000, timedelta(hours=1)),
        ],
        ids=["the last under an hour", "the first over it", "the next", "attempt 10 000"],
    )
    def test_never_waits_longer_than_an_hour(self, attempt: int, wait: timedelta) -> None:
        assert RetryPolicy(max_retries=20_000).delay_after(attempt) == wait


class TestDoubling:
    def test_is_exact_however_long_the_longest_is(self) -> None:
        longest = timedelta(days=999_999, microseconds=1)
        assert doubled(timedelta(days=1), times=10_000, longest=longest) == longest


class TestAPolicyWithoutRetries:
    def test_allows_one_attempt(self) -> None:
        policy = RetryPolicy(max_retries=0)
        assert policy.allowed_attempts == 1
        assert policy.next_try(1, now=at(), retry_after=timedelta(hours=1)) is None


class TestADelay:
    @given(policy=_policies, attempt=_attempts)
    @settings(deadline=None)
    def test_is_bounded_and_never_shrinks(self, policy: RetryPolicy, attempt: int) -> None:
        delay = policy.delay_after(attempt)
        assert policy.first_delay <= delay <= policy.longest
        assert delay <= policy.delay_after(attempt + 1)

    @given(policy=_policies, attempt=_attempts)
    @settings(deadline=None)
    def test_doubles_until_it_meets_the_cap(self, policy: RetryPolicy, attempt: int) -> None:
        doubled = 2 * policy.delay_after(attempt)
        assert policy.delay_after(attempt + 1) == min(doubled, policy.longest)

    @given(policy=_policies, attempt=_attempts, jitter=st.floats(0, 1))
    @settings(deadline=None)
    def test_is_only_lengthened_by_jitter(
        self, policy: RetryPolicy, attempt: int, jitter: float
    ) -> None:
        plain = policy.delay_after(attempt)
        assert plain <= policy.delay_after(attempt, jitter=jitter) <= 2 * plain

    def test_is_lengthened_by_the_jitter_given(self) -> None:
        assert RetryPolicy().delay_after(3, jitter=0.5) == timedelta(seconds=6)

    def test_knows_no_jitter_unless_given(self) -> None:
        assert RetryPolicy().delay_after(3) == RetryPolicy().delay_after(3, jitter=0)


class TestTheNextTry:
    @pytest.mark.parametrize(
        ("retry_after", "seconds"),
        [(timedelta(minutes=5), 300), (timedelta(milliseconds=10), 2), (timedelta(), 2)],
        ids=["longer than the delay", "shorter than the delay", "none at all"],
    )
    def test_comes_no_sooner_than_the_provider_said(
        self, retry_after: timedelta, seconds: int
    ) -> None:
        assert RetryPolicy().next_try(2, now=at(), retry_after=retry_after) == at(seconds)

    @given(
        policy=_policies,
        attempt=_attempts,
        retry_after=st.none() | st.timedeltas(timedelta(), timedelta(days=30)),
        jitter=st.floats(0, 1),
    )
    @settings(deadline=None)
    def test_respects_delay_and_provider_or_is_none(
        self, policy: RetryPolicy, attempt: int, retry_after: timedelta | None, jitter: float
    ) -> None:
        next_try = policy.next_try(attempt, now=at(), retry_after=retry_after, jitter=jitter)
        if attempt > policy.max_retries:
            assert next_try is None
        else:
            assert next_try is not None
            assert next_try >= at() + policy.delay_after(attempt, jitter=jitter)
            assert next_try >= at() + (retry_after or timedelta())

    def test_may_be_later_than_the_cap_if_the_provider_says_so(self) -> None:
        assert RetryPolicy().next_try(1, now=at(), retry_after=timedelta(hours=6)) == at(hours=6)
