"""How are many notifications added at once, and what stands where one is not new?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.moving import add_dead_letters
from adapters.postgres.rows import (
    ACCEPTED,
    INSERT_SIGHTINGS,
    SIGHTINGS,
    STATE_COLUMNS,
    TRAIL_COLUMNS,
    accepted_row,
    sighting_row,
    standing_of,
    token_of,
)
from domain.lease import Lease
from domain.notification import Notification
from domain.record import Position
from domain.repeat import Repeat, Sighting, Standing

_ACCEPTANCE = (
    "id, occurred_at, accepted_at, record_offset, partition, topic, event_id, channel, "
    "message_type, address, recipient_key, digest, body"
)
_STATE = ", ".join(("accepted_at", "channel", *STATE_COLUMNS))
_MOVE = ", ".join(TRAIL_COLUMNS)

#: The key of a notification that was pruned keeps its place. Those are looked up beforehand: a
#: join might put the rows in another order, and `n` is the order of what is due at one instant.
_ADD = text(f"""
    WITH given AS MATERIALIZED ({ACCEPTED.given}
    ), added AS (
        INSERT INTO notifications ({_ACCEPTANCE})
        SELECT {_ACCEPTANCE} FROM given
        WHERE id <> ALL(
            ARRAY(SELECT past_keys.id FROM past_keys WHERE past_keys.id = ANY(CAST(:id AS uuid[])))
        )
        ON CONFLICT (id) DO NOTHING
        RETURNING id, n
    ), begun AS (
        INSERT INTO states (id, n, {_STATE})
        SELECT id, n, {_STATE} FROM added JOIN given USING (id)
    ), appended AS (
        INSERT INTO trail (n, number, {_MOVE})
        SELECT n, moves, {_MOVE} FROM added JOIN given USING (id)
    )
    SELECT id FROM added""")

_STANDING = text("""
    SELECT id, topic, partition, record_offset, digest, notifications.accepted_at, status,
        begun_at, moves = 1 AND lease IS NOT DISTINCT FROM :lease AND lease IS NOT NULL AS is_mine
    FROM notifications JOIN states USING (id) WHERE id = ANY(:ids)
    UNION ALL
    SELECT id, '', -1, -1, digest, accepted_at, status, NULL, false
    FROM past_keys WHERE id = ANY(:ids)
    AND NOT EXISTS (SELECT FROM notifications WHERE notifications.id = past_keys.id)""")

#: Where what was pruned came from is forgotten.
_FORGOTTEN = Position(topic="", partition=-1, offset=-1)


async def accept(
    connection: AsyncConnection, newborn: Sequence[Notification], lease: Lease | None
) -> list[Standing | None]:
    token = token_of(lease)
    firsts = {each.id: each for each in reversed(newborn)}
    rows = [accepted_row(each, token) for each in reversed(firsts.values())]
    added = set((await connection.scalars(_ADD, ACCEPTED.values(rows))).all())
    if len(added) == len(newborn):
        await add_dead_letters(connection, newborn)
        return [None] * len(newborn)
    missing = [id_ for id_ in firsts if id_ not in added]
    standing, mine = await _standing(connection, missing, token) if missing else ({}, set())
    standing |= {id_: Standing.of(firsts[id_]) for id_ in added}
    answers = _answers(newborn, standing, added=set(added), mine=mine)
    await add_dead_letters(connection, [firsts[id_] for id_ in added])
    await _note(connection, newborn, answers)
    return answers


def _answers(
    newborn: Sequence[Notification],
    standing: Mapping[UUID, Standing],
    *,
    added: set[UUID],
    mine: set[UUID],
) -> list[Standing | None]:
    answers: list[Standing | None] = []
    for each in newborn:
        first = standing[each.id]
        counts_as_added = each.id in added or (
            each.id in mine and each.is_in_hand and _is_same(first, each)
        )
        # Of equal ones only the first can be meant.
        added.discard(each.id)
        mine.discard(each.id)
        answers.append(None if counts_as_added else first)
    return answers


async def _note(
    connection: AsyncConnection,
    newborn: Sequence[Notification],
    answers: Sequence[Standing | None],
) -> None:
    seen = [
        sighting
        for each, first in zip(newborn, answers, strict=True)
        if first is not None and (sighting := _sighting(first, each))
    ]
    if seen:
        values = SIGHTINGS.values(map(sighting_row, seen))
        await connection.execute(text(INSERT_SIGHTINGS), values)


def _sighting(first: Standing, again: Notification) -> Sighting | None:
    """Of what was pruned there is no story left that could tell it."""
    if first.origin == _FORGOTTEN:
        return None
    return first.sighting(event=again.event, position=again.origin, now=again.accepted_at)


async def _standing(
    connection: AsyncConnection, ids: Sequence[UUID], lease: UUID | None
) -> tuple[dict[UUID, Standing], set[UUID]]:
    """What stands there; and which of it an earlier call with the same lease has added, whose
    answer did not arrive, and has been in its hand since."""
    rows = (await connection.execute(_STANDING, {"ids": ids, "lease": lease})).all()
    standing = {row[0]: standing_of(row[:8]) for row in rows}
    return standing, {row[0] for row in rows if row.is_mine}


def _is_same(first: Standing, again: Notification) -> bool:
    kind = first.compare(position=again.origin, digest=again.event.digest)
    return kind is Repeat.REDELIVERY
