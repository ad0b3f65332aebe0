"""How does somebody get a key?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from application.ports.api_keys import ApiKeys
from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from domain.api_key import ApiKey, Scope, hash_of
from domain.audit import Action, AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey:
    keys: ApiKeys
    audit_log: AuditLog
    clock: Clock

    async def __call__(
        self, *, id_: str, secret: str, name: str, scopes: Iterable[Scope], by: str
    ) -> ApiKey:
        """`id_` and `secret` are random, and new; the secret is not kept."""
        now = self.clock.now()
        key = ApiKey(
            id=id_,
            name=name,
            hash=hash_of(secret),
            scopes=frozenset(scopes),
            made_at=now,
            made_by=by,
        )
        await self.keys.add(key)
        told = f"{name}: {', '.join(sorted(key.scopes))}"
        entry = AuditEntry(
            at=now, by=by, action=Action.KEY_CREATED, about=f"key {key.id}", words=told
        )
        await self.audit_log.append([entry])
        return key
