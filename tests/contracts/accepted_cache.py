"""What does every AcceptedCache keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from application.ports.accepted_cache import AcceptedCache
from domain.repeat import Standing
from domain.status import Status
from tests.contracts.database import same
from tests.contracts.given import MICROSECOND, NOW, position
from tests.runner import Run, together


class Cache(ABC):
    """One cache, empty at first. What a binding cannot bring about is skipped, and shows."""

    @abstractmethod
    async def connect(self) -> AcceptedCache: ...

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""

    async def forget_all(self) -> None:
        pytest.skip("the binding cannot make it forget")

    async def go_away(self) -> None:
        """From now on nothing reaches it."""
        pytest.skip("the binding cannot take the cache away")

    async def come_back(self) -> None:
        pytest.skip("the binding cannot take the cache away")


def standing(number: int) -> Standing:
    return Standing(
        notification_id=UUID(int=number),
        origin=position(2**40 + number),
        digest=bytes(range(number % 100, number % 100 + 32)),
        accepted_at=NOW + number * MICROSECOND,
        status=Status.SENT,
        begun_at=NOW + (number + 1) * MICROSECOND,
    )


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


class AcceptedCacheContract(ABC):
    @abstractmethod
    def open_cache(self, folder: Path) -> Cache:
        """A new one; `folder` is empty and its own."""

    @pytest.fixture
    def opened(self, run: Run, tmp_path: Path) -> Iterator[Cache]:
        opened = self.open_cache(tmp_path)
        yield opened
        run(opened.close())

    @pytest.fixture
    def cache(self, opened: Cache, run: Run) -> AcceptedCache:
        return run(opened.connect())

    def test_it_is_a_shortcut_for_what_comes_again(self, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([standing(1), standing(2)]))
        known = dict(run(cache.known(ids(2, 1))))
        assert known == {UUID(int=1): standing(1), UUID(int=2): standing(2)}
        assert same(known[UUID(int=1)], standing(1))

    def test_only_what_is_durable_is_known(self, cache: AcceptedCache, run: Run) -> None:
        assert dict(run(cache.known(ids(1, 2)))) == {}
        run(cache.remember([standing(2)]))
        assert set(run(cache.known(ids(1, 2, 3)))) <= set(ids(2))
        assert dict(run(cache.known(ids(1, 3)))) == {}

    def test_only_what_is_asked_for_is_told(self, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([standing(number) for number in range(10)]))
        assert set(run(cache.known(ids(3, 3, 4)))) <= set(ids(3, 4))

    def test_nothing_is_known_of_nothing(self, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([]))
        assert dict(run(cache.known([]))) == {}

    def test_remembering_again_changes_nothing(self, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([standing(1), standing(1)]))
        run(cache.remember([standing(1)]))
        assert dict(run(cache.known(ids(1)))) == {UUID(int=1): standing(1)}

    def test_whatever_it_has_forgotten_it_tells_nothing_wrong(
        self, cache: AcceptedCache, run: Run
    ) -> None:
        """More than a small one has room for: it may forget any, and mixes up none."""
        for start in range(0, 20_000, 500):
            run(cache.remember([standing(number) for number in range(start, start + 500)]))
        known = run(cache.known(ids(*range(0, 21_000, 7))))
        assert known.items() <= {id_: standing(id_.int) for id_ in ids(*range(20_000))}.items()

    def test_a_miss_proves_nothing(self, opened: Cache, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([standing(1)]))
        run(opened.forget_all())
        assert dict(run(cache.known(ids(1)))) == {}
        run(cache.remember([standing(1)]))
        assert dict(run(cache.known(ids(1)))) == {UUID(int=1): standing(1)}

    def test_concurrent_callers_are_safe(
        self, opened: Cache, cache: AcceptedCache, run: Run
    ) -> None:
        async def remember_and_know(by: AcceptedCache, number: int) -> Mapping[UUID, Standing]:
            await by.remember([standing(number)])
            return await by.known(ids(number, number + 1))

        both = [cache, run(opened.connect())]
        for known in run(together(*(remember_and_know(both[n % 2], n) for n in range(20)))):
            assert all(same(each, standing(id_.int)) for id_, each in known.items())

    def test_it_never_raises(self, opened: Cache, cache: AcceptedCache, run: Run) -> None:
        run(cache.remember([standing(1)]))
        run(opened.go_away())
        run(cache.remember([standing(2)]))
        assert (
            dict(run(cache.known(ids(1, 2)))).items()
            <= {UUID(int=number): standing(number) for number in (1, 2)}.items()
        )
        run(opened.come_back())
        run(cache.remember([standing(3)]))
        assert UUID(int=3) in run(cache.known(ids(3)))
