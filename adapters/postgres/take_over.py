"""How do the keys of the table that was there before become ours, so that nobody is told again?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.accepting import accept
from adapters.postgres.alone import alone
from adapters.postgres.original import (
    FIND_TABLE,
    MAKE_WAY,
    READ_ROWS,
    OriginalRow,
    notification_of,
)
from application.ports.event_decoder import EventDecoder
from domain.channel import Channel
from domain.notification import Notification, notification_id
from domain.status import Status

_BATCH = 500
_KNOWN = text("SELECT id FROM states WHERE id = ANY(:ids)")
_KEEP_KEY = text("""
    INSERT INTO past_keys (id, accepted_at, status, digest)
    VALUES (:id, :accepted_at, :status, :digest) ON CONFLICT DO NOTHING""")
_LET_GO_OF_KEYS = text("DELETE FROM past_keys WHERE id = ANY(:ids)")
#: The system that is replaced has published them already.
_MARK_PUBLISHED = text("UPDATE dead_letters SET published = true WHERE notification_id = ANY(:ids)")


@dataclass(slots=True, kw_only=True)
class TakenOver:
    """How many of each kind are ours now; and the pending ones, by event id and channel."""

    sent: int = 0
    failed: int = 0
    resumed: int = 0
    unreadable: int = 0  #: only their keys are kept
    pending: list[tuple[str, str]] = field(default_factory=list)


async def take_over(
    url: str,
    decoder: EventDecoder,
    channels: Sequence[Channel],
    *,
    now: datetime,
    resume_pending: bool = False,
) -> TakenOver | None:
    """Take the original's table over; None if there is none. May be run again at any time.

    First the table is renamed, and a view takes its name: from then on nobody writes to it.
    Pending ones are told only with `resume_pending`, also in a later run; until then their
    keys are kept, and an event of theirs that comes again tells nobody.
    """
    async with alone(url) as engine:
        table = await _make_way(engine)
        if table is None:
            return None
        taking = _TakingOver(decoder, {each.name: each for each in channels}, now, resume_pending)
        after = ""
        while True:
            async with engine.begin() as connection:
                found = await connection.execute(
                    text(READ_ROWS.format(table=table)), {"after": after, "batch": _BATCH}
                )
                rows = [OriginalRow(*row) for row in found]
                await taking.take(connection, rows)
            if len(rows) < _BATCH:
                return taking.taken
            after = rows[-1].id


async def _make_way(engine: AsyncEngine) -> str | None:
    async with engine.begin() as connection:
        table: str | None = await connection.scalar(text(FIND_TABLE))
        if table == "Notification":
            for statement in MAKE_WAY:
                await connection.execute(text(statement))
            table = await connection.scalar(text(FIND_TABLE))
        return table


class _TakingOver:
    def __init__(
        self,
        decoder: EventDecoder,
        channels: Mapping[str, Channel],
        now: datetime,
        resume_pending: bool,
    ) -> None:
        self._decoder = decoder
        self._channels = channels
        self._now = now
        self._resume_pending = resume_pending
        self.taken = TakenOver()

    async def take(self, connection: AsyncConnection, rows: Sequence[OriginalRow]) -> None:
        ids = {notification_id(row.event_id, row.channel): row for row in rows}
        known = set((await connection.scalars(_KNOWN, {"ids": list(ids)})).all())
        taken: list[Notification] = []
        for id_, row in ids.items():
            if id_ in known:
                continue
            if row.status is Status.PENDING and not self._resume_pending:
                self.taken.pending.append((row.event_id, row.channel))
                await _keep_key(connection, id_, row)
                continue
            notification = notification_of(row, self._channels, self._decoder, now=self._now)
            if notification is None:
                self.taken.unreadable += 1
                await _keep_key(connection, id_, row)
            else:
                taken.append(notification)
        await self._accept(connection, taken)

    async def _accept(self, connection: AsyncConnection, taken: Sequence[Notification]) -> None:
        if not taken:
            return
        ids: list[UUID] = [each.id for each in taken]
        await connection.execute(_LET_GO_OF_KEYS, {"ids": ids})
        await accept(connection, taken, None)
        await connection.execute(_MARK_PUBLISHED, {"ids": ids})
        statuses = [each.status for each in taken]
        self.taken.sent += statuses.count(Status.SENT)
        self.taken.failed += statuses.count(Status.FAILED)
        self.taken.resumed += statuses.count(Status.PENDING)


async def _keep_key(connection: AsyncConnection, id_: UUID, row: OriginalRow) -> None:
    values: dict[str, Any] = {
        "id": id_,
        "accepted_at": row.created_at.replace(tzinfo=UTC),
        "status": Status.FAILED if row.status is Status.PENDING else row.status,
        "digest": sha256(json.dumps(row.message).encode()).digest(),
    }
    await connection.execute(_KEEP_KEY, values)
