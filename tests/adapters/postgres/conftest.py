"""What do the tests on PostgreSQL share?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Protocol

import asyncpg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.migrate import migrate
from adapters.postgres.options import PostgresOptions
from tests.runner import Run
from tests.servers.postgres import PostgresServer

DATABASE = "tidings_tests"
_TABLES = (
    "api_keys", "audit_log", "dead_letters", "leases", "notifications", "past_keys", "pauses",
    "receipts", "sightings", "states", "trail",
)  # fmt: skip


class Sql(Protocol):
    """The fixture `sql`: asks PostgreSQL itself, as a superuser, on a connection of its own."""

    def __call__(self, *statements: str, url: str = ...) -> list[tuple[Any, ...]]: ...


async def ask(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """One statement after the other; the rows of the last."""
    connection = await asyncpg.connect(url)
    try:
        *before, last = statements
        for statement in before:
            await connection.execute(statement)
        return [tuple(row) for row in await connection.fetch(last)]
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> str:
    """The URL of one database with the newest schema, which all of them use in turn."""
    asyncio.run(_create(postgres, DATABASE))
    url = postgres.url_of(DATABASE)
    asyncio.run(migrate(url))
    return url


@pytest.fixture
def clean(migrated: str) -> str:
    """The same, with nothing in it."""
    emptied = (f"DELETE FROM {table}" for table in _TABLES)
    asyncio.run(ask(migrated, *emptied, "DROP FUNCTION IF EXISTS refuse CASCADE"))
    return migrated


@pytest.fixture(scope="session")
def _another(postgres: PostgresServer) -> str:
    asyncio.run(_create(postgres, "tidings_empty"))
    return postgres.url_of("tidings_empty")


@pytest.fixture
def empty(_another: str) -> str:
    """The URL of a database with no schema at all. To make a new one each time takes longer."""
    asyncio.run(ask(_another, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"))
    return _another


@pytest.fixture
def sql(clean: str, run: Run) -> Sql:
    def tell(*statements: str, url: str = clean) -> list[tuple[Any, ...]]:
        return run(ask(url, *statements))

    return tell


@pytest.fixture
def database(clean: str, run: Run) -> Iterator[Database]:
    database = Database(PostgresOptions(url=clean))
    run(database.open())
    yield database
    run(database.close())


async def _create(server: PostgresServer, name: str) -> None:
    await ask(server.url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
