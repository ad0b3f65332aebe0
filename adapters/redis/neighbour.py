"""Is Redis there, and does it keep what it is told?"""

from __future__ import annotations

from adapters.redis.server import RedisServer
from application.ports.neighbour import Neighbour, Sight


class RedisNeighbour(Neighbour):
    """Without it each worker paces by itself, and PostgreSQL alone knows what came before."""

    name = "Redis"
    is_needed = False

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def look(self) -> Sight:
        await self._server.check()
        words, fix = self._server.options.where, None
        policy = await self._server.forgets_by()
        if policy is not None:
            words += f", which forgets when it is full ({policy})"
            fix = "set its maxmemory-policy to noeviction, or the rate rules may be broken"
        if (outage := self._server.outage) is not None:
            words, fix = outage.why, "look at its log; until it is well each worker paces by itself"
        return Sight(words=words, fix=fix)
