"""Does the schema fit this Tidings?"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from application.errors import StoreUnavailable

#: The newest migration that this Tidings brings. Migrations only ever add, so that a newer
#: schema serves too: workers of both versions run while one is rolled out.
VERSION = "0001"

_MIGRATE = "run `tidings migrate`"


async def check_version(connection: AsyncConnection) -> None:
    found = await version_of(connection)
    if found is None:
        raise StoreUnavailable("the database has no Tidings schema", fix=_MIGRATE)
    if found < VERSION:
        raise StoreUnavailable(
            f"the schema is of version {found}, this Tidings needs {VERSION}", fix=_MIGRATE
        )


async def version_of(connection: AsyncConnection) -> str | None:
    table = await connection.scalar(text("SELECT to_regclass('alembic_version')"))
    if table is None:
        return None
    found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
