"""How does a key end, and every session that was begun with it?"""

from __future__ import annotations

from dataclasses import dataclass

from application.ports.api_keys import ApiKeys
from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from domain.audit import Action, AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    keys: ApiKeys
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, id_: str, *, by: str) -> bool:
        """False if there is none that could be revoked."""
        now = self.clock.now()
        if not await self.keys.revoke(id_, now=now):
            return False
        entry = AuditEntry(at=now, by=by, action=Action.KEY_REVOKED, about=f"key {id_}")
        await self.audit_log.append([entry])
        return True
