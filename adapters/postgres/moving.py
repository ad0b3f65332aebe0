"""How is what became of many written at once, of those only that it may be written of?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import (
    DEAD_LETTERS,
    INSERT_DEAD_LETTERS,
    MOVED,
    READDRESSED,
    STATE_COLUMNS,
    TRAIL_COLUMNS,
    dead_letter_row,
    moved_row,
    readdressed_row,
)
from domain.lease import Lease
from domain.notification import Notification

_SET = ", ".join(f"{name} = given.{name}" for name in STATE_COLUMNS)


def _moving(fence: str) -> str:
    """Equal ids: the last one stands in `states`, each in the trail."""
    return f"""
    WITH given AS MATERIALIZED ({MOVED.given}
    ), moved AS (
        UPDATE states SET {_SET} FROM given
        WHERE states.id = given.id AND is_last AND {fence}
        RETURNING states.id, n
    ), appended AS (
        INSERT INTO trail (n, number, {", ".join(TRAIL_COLUMNS)})
        SELECT n, moves, {", ".join(TRAIL_COLUMNS)} FROM moved JOIN given USING (id)
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM moved"""


#: Not `=`: then the planner would go by all that this lease has ever had in hand.
_IN_HAND = text(_moving("states.lease IS NOT DISTINCT FROM :mine"))
_IN_NOBODYS_HAND = text(_moving("states.lease IS NULL AND states.moves = given.moves - 1"))
_READDRESS = text(f"""
    UPDATE notifications SET address = given.address, recipient_key = given.recipient_key
    FROM ({READDRESSED.given}) AS given
    WHERE notifications.id = given.id AND given.id = ANY(:moved)
    AND (notifications.address, notifications.recipient_key)
        IS DISTINCT FROM (given.address, given.recipient_key)""")


async def move_in_hand(
    connection: AsyncConnection, notifications: Sequence[Notification], lease: Lease
) -> list[Notification]:
    values = _values(notifications, lease.token) | {"mine": lease.token}
    moved = set((await connection.scalars(_IN_HAND, values)).all())
    return await _with_dead_letters(connection, notifications, moved)


async def move_in_nobodys_hand(
    connection: AsyncConnection, notifications: Sequence[Notification]
) -> list[Notification]:
    values = _values(notifications, None)
    moved = set((await connection.scalars(_IN_NOBODYS_HAND, values)).all())
    readdressed = READDRESSED.values(readdressed_row(each) for each in notifications)
    await connection.execute(_READDRESS, readdressed | {"moved": list(moved)})
    return await _with_dead_letters(connection, notifications, moved)


async def add_dead_letters(
    connection: AsyncConnection, notifications: Sequence[Notification]
) -> None:
    letters = [letter for each in notifications if (letter := each.dead_letter())]
    if letters:
        values = DEAD_LETTERS.values(map(dead_letter_row, letters))
        await connection.execute(text(INSERT_DEAD_LETTERS), values)


def _values(notifications: Sequence[Notification], lease: UUID | None) -> dict[str, Any]:
    last = {each.id: place for place, each in enumerate(notifications)}
    return MOVED.values(
        (*moved_row(each, lease), last[each.id] == place)
        for place, each in enumerate(notifications)
    )


async def _with_dead_letters(
    connection: AsyncConnection, notifications: Sequence[Notification], moved: set[UUID]
) -> list[Notification]:
    written = [each for each in notifications if each.id in moved]
    await add_dead_letters(connection, written)
    return written
