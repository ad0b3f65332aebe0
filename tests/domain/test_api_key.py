"""Whom does a key let in, and for how long?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.api_key import ApiKey, Scope, hash_of
from tests.builders import NOON

MICROSECOND = timedelta(microseconds=1)
KEY = ApiKey(
    id="k1",
    name="the shop",
    hash=hash_of("secret"),
    scopes=frozenset({Scope.SEND}),
    made_at=NOON,
    made_by="Linus",
)


class TestAKey:
    def test_lets_in_for_good(self) -> None:
        assert KEY.is_valid(NOON + timedelta(days=9999))

    def test_that_is_revoked_lets_nobody_in(self) -> None:
        assert not replace(KEY, revoked_at=NOON).is_valid(NOON + MICROSECOND)

    @pytest.mark.parametrize(
        ("at", "is_valid"), [(NOON - MICROSECOND, True), (NOON, False)], ids=["before", "at"]
    )
    def test_ends_at_its_instant(self, at: object, is_valid: bool) -> None:
        assert replace(KEY, expires_at=NOON).is_valid(at) is is_valid  # type: ignore[arg-type]

    def test_that_is_revoked_lets_nobody_in_before_its_end_either(self) -> None:
        ended = replace(KEY, expires_at=NOON + timedelta(days=1), revoked_at=NOON)
        assert not ended.is_valid(NOON)

    @pytest.mark.parametrize("secret", ["", "Secret", "secret ", "secre", "\ud7ff"])
    def test_opens_with_its_secret_alone(self, secret: str) -> None:
        assert KEY.opens_with("secret")
        assert not KEY.opens_with(secret)

    def test_does_not_hold_its_secret_nor_show_its_hash(self) -> None:
        assert "secret" not in repr(KEY)
        assert repr(KEY.hash) not in repr(KEY)


def test_the_hash_is_sha_256() -> None:
    """FIPS 180-4, of the empty text."""
    assert hash_of("").hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")
