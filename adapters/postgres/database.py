"""How do calls reach the server, in which transactions, and what do its errors mean?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from adapters.postgres.errors import FAULTS, is_passing, translated
from adapters.postgres.options import PostgresOptions
from adapters.postgres.url import Endpoint, endpoint
from adapters.postgres.version import check_version
from application.errors import StoreUnavailable
from application.watch import Pool

T = TypeVar("T")
Values = Mapping[str, Any]
Work = Callable[[AsyncConnection], Awaitable[T]]


class Database:
    """Every call is one transaction: all of it, or nothing; durable when it returns.

    Two pools: claims and health never queue behind what the lanes write.
    """

    def __init__(self, options: PostgresOptions) -> None:
        self._options = options
        self._endpoint: Endpoint | None = None
        self._engine: AsyncEngine | None = None
        self._claiming: AsyncEngine | None = None

    async def open(self) -> None:
        """Connect, and see that the schema is one that we know. Raises StoreUnavailable."""
        options = self._options
        self._endpoint = endpoint(options.url)
        self._engine = _engine(self._endpoint, options, connections=options.connections)
        self._claiming = _engine(self._endpoint, options, connections=options.claiming_connections)
        try:
            await self.read(check_version)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        for engine in (self._claiming, self._engine):
            if engine is not None:
                await engine.dispose()
        self._engine = self._claiming = None

    async def write(self, work: Work[T]) -> T:
        return await self._run(self._engine, work)

    async def claim(self, work: Work[T]) -> T:
        """As `write`, over a connection that only claims and health use."""
        return await self._run(self._claiming, work)

    async def read(self, work: Work[T]) -> T:
        """Everything that `work` asks for is as of one instant; it holds up nobody."""
        return await self._run(
            self._engine, work, isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def pools(self) -> Mapping[str, Pool]:
        """How many connections are taken, of how many."""
        named = {
            "lanes": (self._engine, self._options.connections),
            "claims": (self._claiming, self._options.claiming_connections),
        }
        return {
            name: Pool(in_use=_in_use(engine), at_most=at_most)
            for name, (engine, at_most) in named.items()
            if engine is not None
        }

    async def check(self) -> None:
        """Whether it answers. Raises StoreUnavailable."""
        await self.claim(lambda connection: connection.execute(text("SELECT 1")))

    async def _run(self, engine: AsyncEngine | None, work: Work[T], **options: Any) -> T:
        if engine is None or self._endpoint is None:
            raise StoreUnavailable("the database is not open", fix="open it first")
        try:
            try:
                return await self._in_transaction(engine, work, options)
            except FAULTS as error:
                if not is_passing(error):
                    raise
            return await self._in_transaction(engine, work, options)
        except FAULTS as error:
            raise translated(error, self._endpoint.shown) from error

    async def _in_transaction(
        self, engine: AsyncEngine, work: Work[T], options: Mapping[str, Any]
    ) -> T:
        async with asyncio.timeout(self._options.answer_for.total_seconds()):
            async with engine.connect() as connection:
                if options:
                    await connection.execution_options(**options)
                async with connection.begin():
                    return await work(connection)


async def rows_of(
    connection: AsyncConnection, statement: str, values: Values
) -> Sequence[Sequence[Any]]:
    return (await connection.execute(text(statement), values)).all()


def _engine(where: Endpoint, options: PostgresOptions, *, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        where.url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=options.wait_for_connection.total_seconds(),
        pool_recycle=1800,
        connect_args=_connect_args(where, options),
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _in_use(engine: AsyncEngine) -> int:
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def _connect_args(where: Endpoint, options: PostgresOptions) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "ssl": where.ssl,
        "timeout": options.connect_for.total_seconds(),
    }
    if options.pgbouncer:
        return arguments | {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"tidings-{uuid4()}",
        }
    limits = {
        "statement_timeout": options.statement_timeout,
        "lock_timeout": options.lock_timeout,
        "idle_in_transaction_session_timeout": options.idle_in_transaction_timeout,
    }
    settings = {name: f"{limit.total_seconds() * 1000:.0f}" for name, limit in limits.items()}
    return arguments | {
        "server_settings": settings | {"application_name": "tidings", "jit": "off"},
    }


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """The driver has seen the server hang up, though nobody has asked since."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
