"""Which keys are there, as the process remembers it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.memory.database import Database
from application.ports.api_keys import ApiKeys
from domain.api_key import ApiKey


class MemoryApiKeys(ApiKeys):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        keys = self._keys()
        for each in list(keys.values()):
            if each.session_of and each.expires_at and each.expires_at <= key.made_at:
                del keys[each.id]
        keys.setdefault(key.id, key)

    async def find(self, id_: str) -> ApiKey | None:
        keys = self._keys()
        key = keys.get(id_)
        parent = keys.get(key.session_of or "") if key else None
        if key is None or parent is None:
            return key
        revoked_at = key.revoked_at or parent.revoked_at
        return replace(key, revoked_at=revoked_at, used_at=parent.used_at or key.used_at)

    async def all(self) -> Sequence[ApiKey]:
        found = [key for key in self._keys().values() if key.session_of is None]
        return sorted(found, key=lambda key: (key.made_at, key.id))

    async def revoke(self, id_: str, *, now: datetime) -> bool:
        key = self._keys().get(id_)
        if key is None or key.revoked_at is not None:
            return False
        self._database.api_keys[id_] = replace(key, revoked_at=now)
        return True

    async def used(self, id_: str, *, now: datetime) -> None:
        key = self._keys().get(id_)
        if key is not None and (key.used_at is None or key.used_at < now):
            self._database.api_keys[id_] = replace(key, used_at=now)

    def _keys(self) -> dict[str, ApiKey]:
        self._database.reach()
        return self._database.api_keys
