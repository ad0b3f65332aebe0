"""Which store is this, by whatever name it is reached?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from adapters.postgres.database import Database


async def identity_of(database: Database) -> UUID:
    """Its own since it was made, and never another's. Raises StoreUnavailable."""
    found: UUID = await database.claim(
        lambda connection: connection.scalar(text("SELECT identity FROM store"))
    )
    return found
