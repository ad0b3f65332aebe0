"""How does one process after the other change the schema, though two start at once?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from adapters.postgres.errors import FAULTS, translated
from adapters.postgres.url import endpoint

_LOCK = 0x7469_6469_6E67_7301  # "tidings", 1
#: A change that waits for its lock on a table lets nobody else in: then rather not.
_LIMITS = {"lock_timeout": "5000", "statement_timeout": "0", "application_name": "tidings migrate"}


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[AsyncEngine]:
    """Whoever comes second waits. Raises StoreUnavailable."""
    where = endpoint(url)
    engine = create_async_engine(
        where.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"ssl": where.ssl, "timeout": 10, "server_settings": _LIMITS},
    )
    try:
        async with engine.connect() as holding:
            await holding.execution_options(isolation_level="AUTOCOMMIT")
            await holding.execute(text("SET lock_timeout = 0"))
            await holding.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            yield engine
    except FAULTS as error:
        raise translated(error, where.shown) from error
    finally:
        await engine.dispose()
