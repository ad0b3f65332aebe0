"""How long may a worker rely on its lease?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.lease import LEASE_FOR, RENEW_EVERY, Lease
from tests.builders import WORKER, an_id, at


def _taken_at_noon() -> Lease:
    return Lease(token=an_id(), worker=WORKER, until=at() + LEASE_FOR)


class TestALeaseTakenAtNoon:
    def test_lasts_60_seconds_and_is_renewed_every_20(self) -> None:
        assert timedelta(seconds=60) == LEASE_FOR
        assert timedelta(seconds=20) == RENEW_EVERY

    @pytest.mark.parametrize(
        ("seconds", "is_over"), [(0, False), (59.999, False), (60, True), (61, True)]
    )
    def test_is_over_from_its_end_on(self, seconds: float, is_over: bool) -> None:
        assert _taken_at_noon().is_over(at(seconds)) is is_over

    @pytest.mark.parametrize(
        ("seconds", "allows"), [(0, True), (30, True), (30.001, False), (60, False), (90, False)]
    )
    def test_allows_a_start_with_30_seconds_left(self, seconds: float, allows: bool) -> None:
        assert _taken_at_noon().allows_start(at(seconds)) is allows

    @pytest.mark.parametrize(("seconds", "wants"), [(0, False), (19.999, False), (20, True)])
    def test_wants_renewal_20_seconds_in(self, seconds: float, wants: bool) -> None:
        assert _taken_at_noon().wants_renewal(at(seconds)) is wants

    def test_is_renewed_before_it_forbids_a_start(self) -> None:
        assert _taken_at_noon().allows_start(at() + RENEW_EVERY)
