"""Which keys are there, as the file says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.sqlite.database import Database
from adapters.sqlite.rows import to_instant, to_microseconds
from application.ports.api_keys import ApiKeys
from domain.api_key import ApiKey, Scope

_ADD = """
    INSERT INTO api_keys (id, name, hash, scopes, made_at, made_by, session_of, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
_FORGET = "DELETE FROM api_keys WHERE session_of IS NOT NULL AND expires_at <= ?"
_SELECT = """
    SELECT own.id, own.name, own.hash, own.scopes, own.made_at, own.made_by, own.session_of,
        own.expires_at, coalesce(own.revoked_at, parent.revoked_at),
        coalesce(parent.used_at, own.used_at)
    FROM api_keys AS own LEFT JOIN api_keys AS parent ON parent.id = own.session_of"""


class SqliteApiKeys(ApiKeys):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        values = (
            key.id,
            key.name,
            key.hash,
            " ".join(sorted(key.scopes)),
            to_microseconds(key.made_at),
            key.made_by,
            key.session_of,
            None if key.expires_at is None else to_microseconds(key.expires_at),
        )

        def add(connection: sqlite3.Connection) -> None:
            connection.execute(_FORGET, (to_microseconds(key.made_at),))
            connection.execute(_ADD, values)

        await self._database.write(add)

    async def find(self, id_: str) -> ApiKey | None:
        found = await self._read(f"{_SELECT} WHERE own.id = ?", id_)
        return found[0] if found else None

    async def all(self) -> Sequence[ApiKey]:
        return await self._read(
            f"{_SELECT} WHERE own.session_of IS NULL ORDER BY own.made_at, own.id"
        )

    async def revoke(self, id_: str, *, now: datetime) -> bool:
        statement = "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
        return bool(await self._database.change(statement, [(to_microseconds(now), id_)]))

    async def used(self, id_: str, *, now: datetime) -> None:
        statement = "UPDATE api_keys SET used_at = max(coalesce(used_at, 0), ?) WHERE id = ?"
        await self._database.change(statement, [(to_microseconds(now), id_)])

    async def _read(self, statement: str, *values: object) -> list[ApiKey]:
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return [_key_of(row) for row in rows]


def _key_of(row: tuple[Any, ...]) -> ApiKey:
    id_, name, hash_, scopes, made_at, made_by, session_of, *instants = row
    expires_at, revoked_at, used_at = (None if at is None else to_instant(at) for at in instants)
    return ApiKey(
        id=id_,
        name=name,
        hash=hash_,
        scopes=frozenset(map(Scope, scopes.split())),
        made_at=to_instant(made_at),
        made_by=made_by,
        session_of=session_of,
        expires_at=expires_at,
        revoked_at=revoked_at,
        used_at=used_at,
    )
