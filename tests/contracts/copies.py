"""What does every Copies keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from application.ports.copies import Copies
from domain.notification import Notification
from tests.contracts.given import begun
from tests.runner import Run


class Played(ABC):
    """A provider that is only played, and what it has written down."""

    @abstractmethod
    async def hand_over(self, notification: Notification) -> None: ...

    @abstractmethod
    async def copies(self) -> Copies: ...

    @abstractmethod
    def written(self) -> int: ...


class CopiesContract(ABC):
    @abstractmethod
    def open_played(self, folder: Path) -> Played: ...

    @pytest.fixture
    def played(self, tmp_path: Path) -> Played:
        return self.open_played(tmp_path)

    def test_every_copy_of_these_is_erased(self, played: Played, run: Run) -> None:
        one, another = begun("a/b"), begun("event-2")
        for each in (one, one, another):
            run(played.hand_over(each))
        assert run(run(played.copies()).erase(["a/b", "event-2"])) == 3
        assert played.written() == 0

    def test_none_of_any_other_is_erased(self, played: Played, run: Run) -> None:
        for each in (begun("event-1"), begun("event-11"), begun("x-event-1")):
            run(played.hand_over(each))
        assert run(run(played.copies()).erase(["event-1"])) == 1
        assert played.written() == 2

    def test_erasing_again_or_nothing_changes_nothing(self, played: Played, run: Run) -> None:
        copies = run(played.copies())
        assert run(copies.erase(["event-1"])) == 0
        run(played.hand_over(begun()))
        assert run(copies.erase([])) == 0
        assert run(copies.erase(["event-1"])) == 1
        assert run(copies.erase(["event-1"])) == 0
