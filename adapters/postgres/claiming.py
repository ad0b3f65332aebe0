"""How is what is due taken in hand, and by one worker only?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import NOTIFICATION_COLUMNS, WHOLE_NOTIFICATIONS
from domain.lease import Lease
from domain.notification import RESCUES_BEFORE_ALONE

_ORPHANED = "lease = ANY(ARRAY(SELECT token FROM leases WHERE until_at <= :now))"

#: Most looks find nothing, and lock nothing.
_IS_ANY_DUE = text(f"""
    SELECT EXISTS (
        SELECT FROM states WHERE channel = :channel AND lease IS NULL AND due_at <= :now
    ) OR EXISTS (SELECT FROM states WHERE channel = :channel AND {_ORPHANED})""")
_IS_ANY_ORPHANED = text(
    f"SELECT EXISTS (SELECT FROM states WHERE channel = :channel AND {_ORPHANED})"
)

#: Longest due first, up to the first suspect; it comes alone. What another claim looks at
#: in this instant is passed over.
_CLAIM = text(f"""
    WITH due AS MATERIALIZED (
        SELECT id, n, rescues, due_at AS instant FROM states
        WHERE channel = :channel AND lease IS NULL AND due_at <= :now
        ORDER BY due_at, n LIMIT :due FOR UPDATE SKIP LOCKED
    ), orphaned AS MATERIALIZED (
        SELECT id, n, rescues, coalesce(due_at, since) AS instant FROM states
        WHERE channel = :channel AND {_ORPHANED}
        ORDER BY coalesce(due_at, since), n LIMIT :limit FOR UPDATE SKIP LOCKED
    ), placed AS (
        SELECT id, row_number() OVER ordered AS place,
            bool_or(rescues >= :suspect) OVER ordered AS is_behind_suspect
        FROM (TABLE due UNION ALL TABLE orphaned) AS found
        WINDOW ordered AS (ORDER BY instant, n ROWS UNBOUNDED PRECEDING)
    ), chosen AS MATERIALIZED (
        SELECT id, place FROM placed
        WHERE place <= :limit AND (place = 1 OR NOT is_behind_suspect)
    ), states AS (
        UPDATE states AS state SET lease = :lease FROM chosen WHERE state.id = chosen.id
        RETURNING state.*, place
    )
    SELECT {NOTIFICATION_COLUMNS} FROM {WHOLE_NOTIFICATIONS} ORDER BY place""")


async def claim(
    connection: AsyncConnection,
    channel: str,
    *,
    now: datetime,
    limit: int,
    lease: Lease,
    only_orphans: bool,
) -> Sequence[Sequence[Any]]:
    is_any = _IS_ANY_ORPHANED if only_orphans else _IS_ANY_DUE
    looked = await connection.scalar(is_any, {"channel": channel, "now": now})
    if not looked:
        return []
    values = {
        "channel": channel,
        "now": now,
        "limit": limit,
        "due": 0 if only_orphans else limit,
        "suspect": RESCUES_BEFORE_ALONE,
        "lease": lease.token,
    }
    return (await connection.execute(_CLAIM, values)).all()
