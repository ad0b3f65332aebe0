"""Where do notifications live, in one file?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec

from adapters.sqlite.database import Database
from adapters.sqlite.rows import (
    INSERT_DEAD_LETTER,
    INSERT_MOVES,
    INSERT_NOTIFICATIONS,
    INSERT_SIGHTING,
    SELECT_NOTIFICATION,
    SETTLE_DEAD_LETTER,
    UPDATE_NOTIFICATIONS,
    UPDATE_RECIPIENT,
    dead_letter_row,
    move_row,
    notification_of,
    notification_row,
    settlement_row,
    sighting_row,
    standing_of,
    to_instant,
    to_microseconds,
    update_row,
)
from application.ports.event_decoder import EventDecoder
from application.ports.notification_store import NotificationStore, Revival
from domain.dead_letter import Settlement
from domain.lease import Lease
from domain.notification import RESCUES_BEFORE_ALONE, Notification
from domain.repeat import Repeat, Sighting, Standing
from domain.status import Wait

_DUE = """
    SELECT n, rescues, due_at FROM notifications
    WHERE channel = ? AND lease IS NULL AND due_at <= ?
    ORDER BY due_at, n LIMIT ?"""

_ORPHANED = """
    SELECT n, rescues, coalesce(due_at, since) FROM notifications
    WHERE channel = ? AND lease IN (SELECT token FROM leases WHERE until_at <= ?)
    ORDER BY coalesce(due_at, since), n LIMIT ?"""

_decode_numbers = msgspec.json.Decoder(dict[str, int]).decode

_NEXT_DUE = """
    SELECT min(instant) FROM (
        SELECT * FROM (
            SELECT due_at AS instant FROM notifications
            WHERE channel = :channel AND lease IS NULL AND due_at IS NOT NULL
            AND waiting_for <> :person
            ORDER BY due_at LIMIT :of_nobody
        )
        UNION ALL
        SELECT until_at FROM leases WHERE EXISTS (
            SELECT 1 FROM notifications WHERE lease = token AND channel = :channel
        )
    )"""


class SqliteNotificationStore(NotificationStore):
    def __init__(self, database: Database, decoder: EventDecoder) -> None:
        self._database = database
        self._decoder = decoder

    async def accept(
        self, newborn: Sequence[Notification], *, lease: Lease | None
    ) -> Sequence[Standing | None]:
        return await self._database.write(lambda connection: _accept(connection, newborn, lease))

    async def note(self, sightings: Sequence[Sighting]) -> None:
        await self._database.change(INSERT_SIGHTING, map(sighting_row, sightings))

    async def claim(
        self,
        channel: str,
        *,
        now: datetime,
        limit: int,
        lease: Lease,
        only_orphans: bool = False,
    ) -> Sequence[Notification]:
        if limit <= 0:
            return []
        look = partial(
            _claimable,
            channel=channel,
            now=to_microseconds(now),
            limit=limit,
            only_orphans=only_orphans,
        )
        # Looking costs no transaction, and most looks find nothing.
        if not await self._database.read(look):
            return []
        rows = await self._database.write(lambda c: _claim(c, look(c), lease))
        return [notification_of(row, self._decoder) for row in rows]

    async def record(
        self, notifications: Sequence[Notification], *, lease: Lease
    ) -> Sequence[Notification]:
        return await self._database.write(
            lambda connection: _record(connection, notifications, lease)
        )

    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        return await self._database.write(lambda connection: revise(connection, notifications))

    async def revive(
        self, revivals: Sequence[Revival], settlement: Settlement
    ) -> Sequence[Notification]:
        return await self._database.write(
            lambda connection: _revive(connection, revivals, settlement)
        )

    async def next_due_at(self, channel: str, *, only_orphans: bool = False) -> datetime | None:
        [instant] = await self._database.read(
            lambda connection: connection.execute(
                _NEXT_DUE,
                {"channel": channel, "person": Wait.PERSON, "of_nobody": 0 if only_orphans else 1},
            ).fetchone()
        )
        return None if instant is None else to_instant(instant)


def _accept(
    connection: sqlite3.Connection, newborn: Sequence[Notification], lease: Lease | None
) -> list[Standing | None]:
    standing = _standing(connection, [notification.id for notification in newborn])
    mine = _added_before(connection, standing, lease)
    [n] = connection.execute("SELECT coalesce(max(n), 0) FROM notifications").fetchone()
    added: list[tuple[int, Notification]] = []
    sightings: list[Sighting] = []
    answers: list[Standing | None] = []
    here: dict[UUID, Notification] = {}
    for notification in newborn:
        first = standing.get(notification.id)
        if first is None and notification.id in here:
            first = Standing.of(here[notification.id])
        if first is not None and first.notification_id in mine and notification.is_in_hand:
            mine.remove(first.notification_id)
            is_same = first.compare(position=notification.origin, digest=notification.event.digest)
            if is_same is Repeat.REDELIVERY:
                answers.append(None)
                continue
        answers.append(first)
        if first is None:
            n += 1
            added.append((n, notification))
            here[notification.id] = notification
            continue
        sighting = first.sighting(
            event=notification.event,
            position=notification.origin,
            now=notification.accepted_at,
        )
        if sighting is not None:
            sightings.append(sighting)
    INSERT_NOTIFICATIONS.write(
        connection, [notification_row(n, notification, lease) for n, notification in added]
    )
    _append(connection, added)
    connection.executemany(INSERT_SIGHTING, [sighting_row(sighting) for sighting in sightings])
    return answers


def _added_before(
    connection: sqlite3.Connection, standing: dict[UUID, Standing], lease: Lease | None
) -> set[UUID]:
    """By an earlier call with the same lease, whose answer did not arrive; in its hand since."""
    if lease is None or not standing:
        return set()
    marks = ", ".join("?" * len(standing))
    rows = connection.execute(
        f"SELECT id FROM notifications WHERE lease = ? AND moves = 1 AND id IN ({marks})",
        [lease.token.bytes, *(id_.bytes for id_ in standing)],
    )
    return {UUID(bytes=id_) for (id_,) in rows}


def _standing(connection: sqlite3.Connection, ids: Sequence[UUID]) -> dict[UUID, Standing]:
    marks = ", ".join("?" * len(ids))
    rows = connection.execute(
        f"""SELECT id, topic, partition, record_offset, digest, accepted_at, status, begun_at
        FROM notifications WHERE id IN ({marks})""",
        [id_.bytes for id_ in ids],
    )
    standings = (standing_of(row) for row in rows)
    return {standing.notification_id: standing for standing in standings}


def _append(connection: sqlite3.Connection, moved: Sequence[tuple[int, Notification]]) -> None:
    INSERT_MOVES.write(
        connection, [move_row(n, notification.last_move) for n, notification in moved]
    )
    dead_letters = [letter for _, each in moved if (letter := each.dead_letter())]
    connection.executemany(INSERT_DEAD_LETTER, [dead_letter_row(each) for each in dead_letters])


def _claimable(
    connection: sqlite3.Connection, *, channel: str, now: int, limit: int, only_orphans: bool
) -> list[tuple[int, int, int]]:
    """(n, rescues, due at), longest due first; a suspect alone."""
    found: list[tuple[int, int, int]] = [
        *connection.execute(_ORPHANED, (channel, now, limit)),
        *connection.execute(_DUE, (channel, now, 0 if only_orphans else limit)),
    ]
    found.sort(key=lambda row: (row[2], row[0]))
    claimable: list[tuple[int, int, int]] = []
    for row in found[:limit]:
        if row[1] >= RESCUES_BEFORE_ALONE:
            return claimable or [row]
        claimable.append(row)
    return claimable


def _claim(
    connection: sqlite3.Connection, claimable: Sequence[tuple[int, int, int]], lease: Lease
) -> list[tuple[object, ...]]:
    numbers = [n for n, _, _ in claimable]
    marks = ", ".join("?" * len(numbers))
    connection.execute(
        f"UPDATE notifications SET lease = ? WHERE n IN ({marks})", [lease.token.bytes, *numbers]
    )
    rows = connection.execute(f"{SELECT_NOTIFICATION} AND n IN ({marks})", numbers)
    place = {n: place for place, n in enumerate(numbers)}
    return sorted(rows, key=lambda row: place[row[0]])


def _record(
    connection: sqlite3.Connection, notifications: Sequence[Notification], lease: Lease
) -> list[Notification]:
    in_hand = _numbers(connection, [notification.id for notification in notifications], lease)
    written = [
        (n, notification)
        for notification in notifications
        if (n := in_hand.get(notification.id.bytes.hex())) is not None
    ]
    return _write(connection, written, lease)


def _numbers(connection: sqlite3.Connection, ids: Sequence[UUID], lease: Lease) -> dict[str, int]:
    """Of those in the lease's hand, by their ids; as one row, see Bulk."""
    marks = ", ".join("?" * len(ids))
    [numbers] = connection.execute(
        f"""SELECT json_group_object(lower(hex(id)), n) FROM notifications
        WHERE lease = ? AND id IN ({marks})""",
        [lease.token.bytes, *(id_.bytes for id_ in ids)],
    ).fetchone()
    return _decode_numbers(numbers)


def revise(
    connection: sqlite3.Connection, notifications: Sequence[Notification]
) -> list[Notification]:
    """Within a transaction that somebody else has begun."""
    marks = ", ".join("?" * len(notifications))
    standing = {
        (id_, moves): n
        for id_, moves, n in connection.execute(
            f"SELECT id, moves, n FROM notifications WHERE lease IS NULL AND id IN ({marks})",
            [notification.id.bytes for notification in notifications],
        )
    }
    before = [(each.id.bytes, each.last_move.number - 1) for each in notifications]
    written = [
        (standing[key], notification)
        for key, notification in zip(before, notifications, strict=True)
        if key in standing
    ]
    connection.executemany(
        UPDATE_RECIPIENT, [(each.recipient.address, each.recipient.key, n) for n, each in written]
    )
    return _write(connection, written, None)


def _revive(
    connection: sqlite3.Connection, revivals: Sequence[Revival], settlement: Settlement
) -> list[Notification]:
    taken = [
        each
        for each in revivals
        if connection.execute(
            SETTLE_DEAD_LETTER, settlement_row(each.letter_id, settlement)
        ).rowcount
    ]
    revised = revise(connection, [n for each in taken for n in each.revised])
    newborn = [n for each in taken for n in each.newborn]
    standings = _accept(connection, newborn, None)
    added = [n for n, first in zip(newborn, standings, strict=True) if first is None]
    return [*revised, *added]


def _write(
    connection: sqlite3.Connection,
    moved: Sequence[tuple[int, Notification]],
    lease: Lease | None,
) -> list[Notification]:
    last = dict(moved)  # of equal ones
    UPDATE_NOTIFICATIONS.write(
        connection, [update_row(n, notification, lease) for n, notification in last.items()]
    )
    _append(connection, moved)
    return [notification for _, notification in moved]
