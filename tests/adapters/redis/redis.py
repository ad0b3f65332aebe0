"""How do the tests reach Redis, each in a place of its own?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from adapters.memory.clock import MemoryClock
from adapters.memory.telemetry import MemoryTelemetry
from adapters.redis.accepted_cache import RedisAcceptedCache
from adapters.redis.options import RedisOptions
from adapters.redis.rate_limiter import RedisRateLimiter
from adapters.redis.server import RedisServer

#: Longer than in earnest: a busy machine is no reason to stand in.
PATIENT = timedelta(seconds=20)


class Place:
    """Keys that no other test has, and everybody who was let in to them."""

    def __init__(self, url: str, **options: Any) -> None:
        prefix, answer_within = uuid4().hex, PATIENT
        self.options = RedisOptions.of_url(
            url, **{"prefix": prefix, "answer_within": answer_within, **options}
        )
        self.clock = MemoryClock()
        self.telemetry = MemoryTelemetry()
        self.servers: list[RedisServer] = []
        self._operator: Any = None

    async def server(self, **options: Any) -> RedisServer:
        server = RedisServer(replace(self.options, **options), self.clock, self.telemetry)
        await server.open()
        self.servers.append(server)
        return server

    async def limiter(self, **options: Any) -> RedisRateLimiter:
        return RedisRateLimiter(await self.server(**options))

    async def cache(self, **options: Any) -> RedisAcceptedCache:
        return RedisAcceptedCache(await self.server(**options))

    async def command(self, *words: Any) -> Any:
        """As an operator would, past everything under test."""
        if self._operator is None:
            self._operator = Redis(host=self.options.host, port=self.options.port, protocol=2)
        return await self._operator.execute_command(*words)

    async def keys(self) -> Sequence[bytes]:
        found: list[bytes] = await self.command("KEYS", f"{self.options.prefix}*")
        return found

    async def forget_all(self) -> None:
        for key in await self.keys():
            await self.command("DEL", key)

    async def close(self) -> None:
        for server in self.servers:
            await server.close()
        self.servers.clear()
        if self._operator is not None:
            await self._operator.aclose()
