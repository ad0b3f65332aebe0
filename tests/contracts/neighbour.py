"""What does every Neighbour keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest

from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.neighbour import Neighbour
from tests.runner import Run


class Quarter(ABC):
    """Where a neighbour lives. What a binding cannot bring about is skipped, and shows."""

    @abstractmethod
    async def neighbour(self) -> Neighbour: ...

    async def go_away(self) -> None:
        pytest.skip("the binding cannot take it away")

    async def come_back(self) -> None:
        pytest.skip("the binding cannot take it away")

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""


class NeighbourContract(ABC):
    @abstractmethod
    def open_quarter(self, folder: Path) -> Quarter: ...

    @pytest.fixture
    def quarter(self, run: Run, tmp_path: Path) -> Iterator[Quarter]:
        quarter = self.open_quarter(tmp_path)
        yield quarter
        run(quarter.close())

    @pytest.fixture
    def neighbour(self, quarter: Quarter, run: Run) -> Neighbour:
        return run(quarter.neighbour())

    def test_one_that_is_there_is_seen_again_and_again(
        self, neighbour: Neighbour, run: Run
    ) -> None:
        first, second = run(neighbour.look()), run(neighbour.look())
        assert first.words
        assert (first.fix, second.fix) == (None, None)

    def test_one_that_is_away_is_said_to_be_with_the_fix_and_seen_once_it_is_back(
        self, neighbour: Neighbour, quarter: Quarter, run: Run
    ) -> None:
        run(neighbour.look())
        run(quarter.go_away())
        for _ in range(2):
            with pytest.raises((StoreUnavailable, StreamUnavailable)) as caught:
                run(neighbour.look())
            away = caught.value
            assert isinstance(away, StoreUnavailable | StreamUnavailable)
            assert away.problem
            assert away.fix
        run(quarter.come_back())
        assert run(neighbour.look()).fix is None

    def test_it_has_a_name_and_says_whether_it_is_needed(self, neighbour: Neighbour) -> None:
        assert neighbour.name
        assert neighbour.is_needed in (True, False)
