"""Has every error its exit code?"""

from __future__ import annotations

import pytest

from application.errors import REMEDIES, StoreUnavailable
from domain.errors import TidingsError
from entrypoints import exit_codes
from entrypoints.ending import exit_code
from entrypoints.settings import BadSettings


class TestAnError:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            pytest.param(BadSettings([("X", "is wrong")]), exit_codes.USAGE, id="of settings"),
            pytest.param(
                StoreUnavailable("the disk is full", fix="make room"),
                exit_codes.UNAVAILABLE,
                id="of the store",
            ),
        ],
    )
    def test_ends_with_a_code_of_its_own(self, error: TidingsError, code: int) -> None:
        assert exit_code(error) == code

    @pytest.mark.parametrize("kind", REMEDIES, ids=lambda kind: kind.__name__)
    def test_never_passes_for_success(self, kind: type[TidingsError]) -> None:
        assert exit_code(kind.__new__(kind)) not in (exit_codes.DONE, exit_codes.BUG)


class TestTheCodes:
    def test_differ(self) -> None:
        codes = [value for value in vars(exit_codes).values() if isinstance(value, int)]
        assert len(set(codes)) == len(codes)
