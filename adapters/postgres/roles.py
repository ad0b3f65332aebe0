"""Who may do what in the database?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from application.errors import StoreUnavailable

#: What is written once, and what is written again.
_APPENDED = ("trail", "sightings", "past_keys", "audit_log")
_BORN = ("notifications", "dead_letters")
_CHANGING = (
    "states",
    "leases",
    "api_keys",
    "pauses",
    "receipts",
)
_LOOKED_AT = ("store", "alembic_version")
#: All but what was published.
_READDRESSED = "UPDATE (address, recipient_key) ON notifications"
_SETTLED = "UPDATE (settled_as, settled_at, settled_by, settled_why, published) ON dead_letters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """All exist already; none owns the tables. The service only appends to the trail, and
    erases nobody: what was published it cannot change."""

    service: str
    pruning: str | None = None
    forgetting: str | None = None


async def grant(connection: AsyncConnection, roles: Roles) -> None:
    """May be done again at any time: what was given too much is taken back."""
    wanted = [role for role in (roles.service, roles.pruning, roles.forgetting) if role is not None]
    for role in wanted:
        if not await connection.scalar(
            text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}
        ):
            raise StoreUnavailable(
                f"there is no role {role}", fix="create it with CREATE ROLE, then migrate again"
            )
    for statement in _statements(roles):
        await connection.execute(text(statement))


def _statements(roles: Roles) -> list[str]:
    everything = ", ".join((*_APPENDED, *_BORN, *_CHANGING, *_LOOKED_AT))
    service = _quoted(roles.service)
    statements = [
        f"REVOKE ALL ON {everything} FROM PUBLIC, {service}",
        f"GRANT SELECT ON {everything} TO {service}",
        f"GRANT INSERT ON {', '.join((*_APPENDED, *_BORN))} TO {service}",
        f"GRANT {_READDRESSED} TO {service}",
        f"GRANT {_SETTLED} TO {service}",
        f"GRANT INSERT, UPDATE ON {', '.join(_CHANGING)} TO {service}",
        f"GRANT DELETE ON leases, pauses, receipts, api_keys TO {service}",
    ]
    if roles.pruning is not None:
        pruning = _quoted(roles.pruning)
        prunable = "trail, sightings, notifications, states, dead_letters"
        statements += [
            f"REVOKE ALL ON {everything} FROM {pruning}",
            f"GRANT SELECT ON {everything} TO {pruning}",
            f"GRANT INSERT ON past_keys TO {pruning}",
            f"GRANT DELETE ON {prunable} TO {pruning}",
        ]
    if roles.forgetting is not None:
        forgetting = _quoted(roles.forgetting)
        statements += [
            f"REVOKE ALL ON {everything} FROM {forgetting}",
            f"GRANT SELECT ON {everything} TO {forgetting}",
            f"GRANT INSERT ON trail, dead_letters, audit_log TO {forgetting}",
            f"GRANT UPDATE (address, recipient_key, body) ON notifications TO {forgetting}",
            f"GRANT UPDATE (body) ON sightings, dead_letters TO {forgetting}",
            f"GRANT {_SETTLED} TO {forgetting}",
            f"GRANT UPDATE ON states TO {forgetting}",
        ]
    return statements


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace(":", r"\:") + '"'
