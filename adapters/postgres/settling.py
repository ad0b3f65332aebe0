"""Who has a dead letter, if two decide about it at once?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.accepting import accept
from adapters.postgres.database import rows_of
from adapters.postgres.moving import move_in_nobodys_hand
from application.ports.notification_store import Revival
from domain.dead_letter import Settlement
from domain.notification import Notification

#: In the order of their ids, so that who meets another at the first does not lock them out of
#: the last.
_SETTLE = """
    UPDATE dead_letters
    SET settled_as = :how, settled_at = :at, settled_by = :by, settled_why = :why
    WHERE id IN (
        SELECT id FROM dead_letters WHERE id = ANY(:ids) AND settled_as IS NULL
        ORDER BY id FOR UPDATE)
    RETURNING id"""


async def settle(
    connection: AsyncConnection, ids: Sequence[UUID], settlement: Settlement
) -> set[UUID]:
    """Those of them that were open."""
    values = {
        "how": settlement.how,
        "at": settlement.at,
        "by": settlement.by,
        "why": settlement.why,
        "ids": ids,
    }
    return {row[0] for row in await rows_of(connection, _SETTLE, values)}


async def revive(
    connection: AsyncConnection, revivals: Sequence[Revival], settlement: Settlement
) -> list[Notification]:
    were_open = await settle(connection, [each.letter_id for each in revivals], settlement)
    taken = [each for each in revivals if each.letter_id in were_open]
    revised = [n for each in taken for n in each.revised]
    newborn = [n for each in taken for n in each.newborn]
    written = await move_in_nobodys_hand(connection, revised) if revised else []
    standings = await accept(connection, newborn, None) if newborn else []
    added = [n for n, first in zip(newborn, standings, strict=True) if first is None]
    return [*written, *added]
