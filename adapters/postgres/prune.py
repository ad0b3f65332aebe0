"""How is what was settled long ago forgotten, but not that it was told?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database

#: Final since then; and nobody has still to decide about it, or to be told of it.
_IS_PAST = """
    states.status IN ('SENT', 'DELIVERED', 'FAILED') AND states.lease IS NULL
    AND states.since < :before
    AND NOT EXISTS (
        SELECT FROM dead_letters WHERE dead_letters.notification_id = states.id
        AND (settled_as IS NULL OR NOT published))"""

#: Each batch goes on behind the one before it: what stays is looked at once.
_KEEP_KEYS = text(f"""
    WITH past AS MATERIALIZED (
        SELECT notifications.id, notifications.accepted_at, notifications.n, status, digest
        FROM notifications JOIN states USING (id)
        WHERE (notifications.accepted_at, notifications.n) > (:after, :after_n)
        AND notifications.accepted_at < :before AND {_IS_PAST}
        ORDER BY notifications.accepted_at, notifications.n LIMIT :batch
    ), kept AS (
        INSERT INTO past_keys (id, accepted_at, status, digest)
        SELECT id, accepted_at, status, digest FROM past
        ON CONFLICT DO NOTHING
    )
    SELECT id, accepted_at, n FROM past ORDER BY accepted_at, n""")

_FORGET = text(f"""
    WITH gone AS (
        DELETE FROM states WHERE id = ANY(:ids) AND {_IS_PAST} RETURNING id, n
    ), notification AS (
        DELETE FROM notifications USING gone WHERE notifications.id = gone.id
    ), moves AS (
        DELETE FROM trail USING gone WHERE trail.n = gone.n
    ), seen AS (
        DELETE FROM sightings USING gone WHERE notification_id = gone.id
    ), letters AS (
        DELETE FROM dead_letters USING gone WHERE notification_id = gone.id
    )
    SELECT count(*) FROM gone""")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    accepted_at: datetime
    n: int


async def prune(
    database: Database, *, now: datetime, older_than: timedelta, batch: int = 500
) -> int:
    """Forget what has been settled for longer than that; return how many those were.

    Their keys and digests stay, and are durable before anything goes: an old event that
    comes again tells nobody. Small batches, and a rest as long as each of them took, so that
    the lanes go on as before. Raises StoreUnavailable; may be begun again at any time.
    """
    before, pruned = now - older_than, 0
    place = _Place(accepted_at=datetime.min.replace(tzinfo=now.tzinfo), n=0)
    while True:
        began = time.monotonic()
        rows = await _keep_keys(database, before, place, batch)
        if not rows:
            return pruned
        pruned += await _forget(database, before, [row[0] for row in rows])
        place = _Place(accepted_at=rows[-1][1], n=rows[-1][2])
        await asyncio.sleep(time.monotonic() - began)


async def _keep_keys(
    database: Database, before: datetime, place: _Place, batch: int
) -> Sequence[Sequence[Any]]:
    values = {"before": before, "after": place.accepted_at, "after_n": place.n, "batch": batch}

    async def keep(connection: AsyncConnection) -> Sequence[Sequence[Any]]:
        return (await connection.execute(_KEEP_KEYS, values)).all()

    return await database.write(keep)


async def _forget(database: Database, before: datetime, ids: Sequence[UUID]) -> int:
    values = {"ids": ids, "before": before}
    return int(await database.write(lambda c: c.scalar(_FORGET, values)) or 0)
