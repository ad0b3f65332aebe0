"""Which keys are there, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database, rows_of
from application.ports.api_keys import ApiKeys
from domain.api_key import ApiKey, Scope

_ADD = text("""
    INSERT INTO api_keys (id, name, hash, scopes, made_at, made_by, session_of, expires_at)
    VALUES (:id, :name, :hash, :scopes, :made_at, :made_by, :session_of, :expires_at)
    ON CONFLICT DO NOTHING""")
_FORGET = text("DELETE FROM api_keys WHERE session_of IS NOT NULL AND expires_at <= :now")
_SELECT = """
    SELECT own.id, own.name, own.hash, own.scopes, own.made_at, own.made_by, own.session_of,
        own.expires_at, coalesce(own.revoked_at, parent.revoked_at),
        coalesce(parent.used_at, own.used_at)
    FROM api_keys AS own LEFT JOIN api_keys AS parent ON parent.id = own.session_of"""
_FIND = f"{_SELECT} WHERE own.id = :id"
_ALL = f"{_SELECT} WHERE own.session_of IS NULL ORDER BY own.made_at, own.id"
_REVOKE = text("""
    UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL RETURNING id""")
_USED = text("UPDATE api_keys SET used_at = greatest(used_at, :now) WHERE id = :id")


class PostgresApiKeys(ApiKeys):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        values = {
            "id": key.id,
            "name": key.name,
            "hash": key.hash,
            "scopes": " ".join(sorted(key.scopes)),
            "made_at": key.made_at,
            "made_by": key.made_by,
            "session_of": key.session_of,
            "expires_at": key.expires_at,
        }

        async def add(connection: AsyncConnection) -> None:
            await connection.execute(_FORGET, {"now": key.made_at})
            await connection.execute(_ADD, values)

        await self._database.write(add)

    async def find(self, id_: str) -> ApiKey | None:
        rows = await self._database.read(lambda c: rows_of(c, _FIND, {"id": id_}))
        return _key_of(rows[0]) if rows else None

    async def all(self) -> Sequence[ApiKey]:
        return [_key_of(row) for row in await self._database.read(lambda c: rows_of(c, _ALL, {}))]

    async def revoke(self, id_: str, *, now: datetime) -> bool:
        values = {"id": id_, "now": now}
        return await self._database.write(lambda c: c.scalar(_REVOKE, values)) is not None

    async def used(self, id_: str, *, now: datetime) -> None:
        values = {"id": id_, "now": now}
        await self._database.write(lambda c: c.execute(_USED, values))


def _key_of(row: Sequence[Any]) -> ApiKey:
    (
        id_, name, hash_, scopes, made_at, made_by, session_of, expires_at, revoked_at, used_at
    ) = row  # fmt: skip
    return ApiKey(
        id=id_,
        name=name,
        hash=bytes(hash_),
        scopes=frozenset(map(Scope, scopes.split())),
        made_at=made_at,
        made_by=made_by,
        session_of=session_of,
        expires_at=expires_at,
        revoked_at=revoked_at,
        used_at=used_at,
    )
