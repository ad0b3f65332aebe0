"""Do the adapters of Redis keep to what their ports promise, on a real server?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.redis.neighbour import RedisNeighbour
from application.ports.accepted_cache import AcceptedCache
from application.ports.neighbour import Neighbour
from application.ports.rate_limiter import RateLimiter
from tests.adapters.redis.redis import Place
from tests.contracts.accepted_cache import AcceptedCacheContract, Cache
from tests.contracts.neighbour import NeighbourContract, Quarter
from tests.contracts.rate_limiter import Limiters, RateLimiterContract
from tests.servers.valkey import ValkeyServer, given


class RedisLimiters(Limiters):
    def __init__(self, place: Place) -> None:
        self._place = place

    async def connect(self) -> RateLimiter:
        return await self._place.limiter()

    async def close(self) -> None:
        await self._place.close()

    async def restart(self) -> None:
        await self._place.close()


class RedisCache(Cache):
    def __init__(self, place: Place, server: ValkeyServer | None) -> None:
        self._place = place
        self._server = server

    async def connect(self) -> AcceptedCache:
        return await self._place.cache()

    async def close(self) -> None:
        await self._place.close()

    async def forget_all(self) -> None:
        await self._place.forget_all()

    async def go_away(self) -> None:
        if self._server is None:
            pytest.skip("a server that is lent is not taken away")
        self._server.kill()

    async def come_back(self) -> None:
        assert self._server is not None
        self._server.start_again()
        self._place.clock.advance(timedelta(seconds=1))


class TestRedisRateLimiter(RateLimiterContract):
    @pytest.fixture(autouse=True)
    def reach(self, valkey_url: str) -> None:
        self.url = valkey_url

    def open_limiters(self, folder: Path) -> Limiters:
        return RedisLimiters(Place(self.url))


class TestRedisRateLimiterOfACluster(RateLimiterContract):
    @pytest.fixture(autouse=True)
    def reach(self, cluster_url: str) -> None:
        self.url = cluster_url

    def open_limiters(self, folder: Path) -> Limiters:
        return RedisLimiters(Place(self.url, cluster=True))


class TestRedisAcceptedCache(AcceptedCacheContract):
    @pytest.fixture(autouse=True)
    def reach(self, request: pytest.FixtureRequest, valkey_url: str) -> None:
        self.url = valkey_url
        self.server = None if given() else request.getfixturevalue("valkey_server")

    def open_cache(self, folder: Path) -> Cache:
        return RedisCache(Place(self.url), self.server)


class TestRedisAcceptedCacheOfACluster(AcceptedCacheContract):
    @pytest.fixture(autouse=True)
    def reach(self, cluster_url: str) -> None:
        self.url = cluster_url

    def open_cache(self, folder: Path) -> Cache:
        return RedisCache(Place(self.url, cluster=True), None)


class RedisQuarter(RedisCache, Quarter):
    async def neighbour(self) -> Neighbour:
        return RedisNeighbour(await self._place.server())

    async def come_back(self) -> None:
        assert self._server is not None
        self._server.start_again()


class TestRedisNeighbour(NeighbourContract):
    @pytest.fixture(autouse=True)
    def reach(self, request: pytest.FixtureRequest, valkey_url: str) -> None:
        self.url = valkey_url
        self.server = None if given() else request.getfixturevalue("valkey_server")

    def open_quarter(self, folder: Path) -> Quarter:
        return RedisQuarter(Place(self.url), self.server)
