"""Can Redis be asked now, and what does it answer in time?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster, SSLConnection
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from adapters.redis.failures import FAULTS, explained
from adapters.redis.keys import Keys
from adapters.redis.options import RedisOptions
from application.errors import StoreUnavailable
from application.ports.clock import Clock
from application.ports.telemetry import Telemetry

T = TypeVar("T")
Reply = Any  # whatever a script answers; the library does not say

_NEVER = "noeviction"
_FOR_READING = 0.1  #: of the time to answer
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=10)


class RedisAway(Exception):
    """It cannot be asked, or did not answer in time; what it has done is not known."""


@dataclass(slots=True, kw_only=True)
class Outage:
    since: datetime
    why: str
    in_writing: bool  #: only a write that succeeds proves that it is over
    look_at: datetime
    pause: timedelta
    is_looking: bool = False


class RedisServer:
    """One worker's way to Redis. Nothing waits for it longer than `answer_within`.

    Once it fails, it is looked for again after 1 s, then after twice as long each time, up to
    10 s; meanwhile asking costs nothing.
    """

    def __init__(self, options: RedisOptions, clock: Clock, telemetry: Telemetry) -> None:
        self._options = options
        self.keys = Keys(options)
        self._clock = clock
        self._telemetry = telemetry
        self._client: Any = None
        self._scripts: dict[str, Any] = {}
        self.outage: Outage | None = None

    @property
    def options(self) -> RedisOptions:
        return self._options

    def belong_to(self, store: UUID) -> None:
        """Before anybody asks. What is known to one store says nothing about another."""
        self._options = replace(self._options, prefix=f"{self._options.prefix}:{store.hex}")
        self.keys = Keys(self._options)

    async def open(self) -> None:
        """Connects to nothing yet. Raises OSError for a bad file of certificates."""
        self._options.check_files()
        self._client = _client(self._options)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        self._client = None

    async def check(self) -> None:
        """Raises StoreUnavailable, with what to do about it."""
        try:
            async with asyncio.timeout(self._options.answer_within.total_seconds()):
                await self._client.ping()
        except FAULTS as error:
            raise explained(error, where=self._options.where) from error

    async def forgets_by(self) -> str | None:
        """The policy by which it makes room once it is full, if by any, and if it tells."""
        try:
            async with asyncio.timeout(self._options.answer_within.total_seconds()):
                found: dict[str, str] = await self._client.config_get("maxmemory*")
        except FAULTS:  # hosted ones often tell nobody
            return None
        policy = found.get("maxmemory-policy", _NEVER)
        return None if policy == _NEVER or found.get("maxmemory", "0") == "0" else policy

    async def ask(self, conversation: Callable[[], Awaitable[T]], *, writes: bool) -> T:
        """As many calls as the conversation makes, all in that time. Raises RedisAway."""
        if not self._may_ask(writes=writes):
            raise RedisAway
        looking = self.outage
        # A task of its own: the library may swallow a cancellation, and go on waiting.
        talking = asyncio.ensure_future(conversation())
        talking.add_done_callback(_hear)
        try:
            async with _answered_within(self._options.answer_within.total_seconds()):
                await asyncio.wait({talking})
            reply = talking.result()
        except FAULTS as error:
            self._away(error, looking, writes=writes)
            raise RedisAway from error
        finally:
            talking.cancel()
            if looking is not None:
                looking.is_looking = False
        if self.outage is looking:
            self.outage = None
        return reply

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[Any]) -> Reply:
        """Within `ask`: by the script's digest, and with its text where Redis has lost it."""
        registered = self._scripts.get(script)
        if registered is None or registered.registered_client is not self._client:
            registered = self._scripts[script] = self._client.register_script(script)
        return await registered(keys=keys, args=arguments)

    async def values(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Within `ask`."""
        found: list[bytes | None] = await self._client.execute_command("MGET", *keys)
        return found

    def _may_ask(self, *, writes: bool) -> bool:
        outage = self.outage
        if outage is None:
            return True
        if outage.is_looking or self._clock.now() < outage.look_at:
            return False
        if outage.in_writing and not writes:
            return False
        outage.is_looking = True
        return True

    def _away(self, error: Exception, looking: Outage | None, *, writes: bool) -> None:
        """Said once for each outage; who began to ask before it adds nothing."""
        now = self._clock.now()
        if self.outage is None:
            reason = explained(error, where=self._options.where)
            self._telemetry.trouble("redis", "asking Redis; each worker paces by itself", reason)
            self.outage = Outage(
                since=now,
                why=reason.problem,
                in_writing=writes,
                look_at=now + _FIRST_PAUSE,
                pause=_FIRST_PAUSE,
            )
        elif self.outage is looking:
            looking.pause = min(2 * looking.pause, _LONGEST_PAUSE)
            looking.look_at = now + looking.pause

    def say(self, doing: str, trouble: StoreUnavailable) -> None:
        self._telemetry.trouble("redis", doing, trouble)


def _hear(talking: asyncio.Future[Any]) -> None:
    """Whoever asked may be gone: what it raised is no news to anybody."""
    if not talking.cancelled():
        talking.exception()


@asynccontextmanager
async def _answered_within(seconds: float) -> AsyncIterator[None]:
    """The end of that time is for reading what has come: a worker that was itself held up
    must not take that for a silence of Redis's."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as deadline:

        def read_first() -> None:
            deadline.reschedule(loop.time() + _FOR_READING * seconds)

        timer = loop.call_later((1 - _FOR_READING) * seconds, read_first)
        try:
            yield
        finally:
            timer.cancel()


def _client(options: RedisOptions) -> Any:
    """No retries, no back-off, no handshake that is not needed. Its own time-outs come second,
    and so late that no worker which was held up itself meets them."""
    seconds = 10 * options.answer_within.total_seconds()
    given: dict[str, Any] = {
        "host": options.host,
        "port": options.port,
        "username": options.username,
        "password": options.password,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "driver_info": None,
    }
    if options.tls:
        given["ssl_ca_certs"] = str(options.ca_file) if options.ca_file else None
    if options.cluster:
        return RedisCluster(ssl=options.tls, max_connections=16 * options.connections, **given)
    pool = BlockingConnectionPool(
        connection_class=SSLConnection if options.tls else Connection,
        max_connections=options.connections,
        timeout=seconds,
        db=options.db,
        **given,
    )
    return Redis.from_pool(pool)
