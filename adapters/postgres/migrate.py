"""How does a database get the schema that this Tidings needs?"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from adapters.postgres.alone import alone
from adapters.postgres.roles import Roles, grant
from adapters.postgres.version import version_of

_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(url: str, *, roles: Roles | None = None) -> tuple[str | None, str | None]:
    """Forward only; safe while workers run, and when two start at once: one waits.

    Returns the version before and after. Raises StoreUnavailable.
    """
    async with alone(url) as engine, engine.connect() as connection:
        before = await version_of(connection)
        await connection.rollback()
        await connection.run_sync(_run_migrations)
        after = await version_of(connection)
        if roles is not None:
            await grant(connection, roles)
        await connection.commit()
        return before, after


def _run_migrations(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()
