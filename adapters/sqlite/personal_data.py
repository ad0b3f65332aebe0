"""What is kept of a person, as the file says?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Sequence

from adapters.sqlite.database import Database
from adapters.sqlite.notification_store import revise
from adapters.sqlite.page import IN_ANY_BLOCK
from adapters.sqlite.rows import to_microseconds
from adapters.wire.forgotten import remains_of
from application.ports.personal_data import Kept, PersonalData
from domain.dead_letter import Settled, Settlement
from domain.event import FORGOTTEN_BODY
from domain.notification import Notification
from domain.person import Person

_EVENTS = f"""
    SELECT DISTINCT event_id FROM notifications INDEXED BY notifications_by_recipient
    WHERE {IN_ANY_BLOCK}"""
_LETTERS = "SELECT id, record_offset, body FROM dead_letters WHERE notification_id IS NULL"
_CONFLICTS = """
    SELECT event_id, body, notification_id, topic, partition, record_offset FROM sightings
    WHERE body IS NOT NULL"""

#: By which the rate rule knew them: before their keys are gone.
_FORGET_LEDGERS = """
    DELETE FROM rate_ledgers WHERE key IN (
        SELECT channel || ':' || recipient_key FROM notifications WHERE id = ?)"""
_FORGET_RECORDS = """
    DELETE FROM records WHERE offset IN (
        SELECT record_offset FROM notifications WHERE id = :id
        UNION SELECT record_offset FROM sightings WHERE notification_id = :id)"""
_ERASE_BODY = "UPDATE notifications SET body = ? WHERE id = ?"
_ERASE_CONFLICTS = """
    UPDATE sightings SET body = ? WHERE notification_id = ? AND body IS NOT NULL"""
_ERASE_LETTERS = "UPDATE dead_letters SET body = ? WHERE notification_id = ?"
_SETTLE_LETTERS = """
    UPDATE dead_letters SET settled_as = ?, settled_at = ?, settled_by = ?, settled_why = ?
    WHERE notification_id = ? AND settled_as IS NULL"""
_ERASE_LETTER = "UPDATE dead_letters SET body = ? WHERE id = ?"
_SETTLE_LETTER = """
    UPDATE dead_letters SET settled_as = ?, settled_at = ?, settled_by = ?, settled_why = ?
    WHERE id = ? AND settled_as IS NULL"""
_ERASE_CONFLICT = """
    UPDATE sightings SET body = ?
    WHERE notification_id = ? AND topic = ? AND partition = ? AND record_offset = ?"""
_FORGET_RECORD = "DELETE FROM records WHERE offset = ?"


class SqlitePersonalData(PersonalData):
    """The stream lies in the same file: an event that is forgotten goes from it too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, person: Person) -> Kept:
        def find(connection: sqlite3.Connection) -> Kept:
            keys = sorted(person.keys)
            marks = ", ".join("?" * len(keys))
            rows = connection.execute(f"{_EVENTS} AND recipient_key IN ({marks})", keys)
            event_ids = [id_ for (id_,) in rows]
            letters, conflicts = _loose(connection, person, but=set(event_ids))
            return Kept(event_ids=event_ids, loose=len(letters) + len(conflicts))

        return await self._database.read(find)

    async def erase(self, forgotten: Sequence[Notification]) -> Sequence[Notification]:
        def erase(connection: sqlite3.Connection) -> list[Notification]:
            standing = _standing(connection, forgotten)
            connection.executemany(_FORGET_LEDGERS, [(each.id.bytes,) for each in standing])
            written = revise(connection, standing)
            ids = [each.id.bytes for each in written]
            connection.executemany(_FORGET_RECORDS, [{"id": id_} for id_ in ids])
            connection.executemany(
                _ERASE_BODY, [(remains_of(each.event), each.id.bytes) for each in written]
            )
            connection.executemany(_ERASE_CONFLICTS, [(FORGOTTEN_BODY, id_) for id_ in ids])
            connection.executemany(_ERASE_LETTERS, [(FORGOTTEN_BODY, id_) for id_ in ids])
            connection.executemany(_SETTLE_LETTERS, map(_settled_by, written))
            return written

        return await self._database.write(erase)

    async def erase_loose(self, person: Person, settlement: Settlement) -> int:
        settled = _row(settlement)

        def erase(connection: sqlite3.Connection) -> int:
            letters, conflicts = _loose(connection, person)
            for id_, offset in letters:
                connection.execute(_ERASE_LETTER, (FORGOTTEN_BODY, id_))
                connection.execute(_SETTLE_LETTER, (*settled, id_))
                connection.execute(_FORGET_RECORD, (offset,))
            for key in conflicts:
                connection.execute(_ERASE_CONFLICT, (FORGOTTEN_BODY, *key))
                connection.execute(_FORGET_RECORD, (key[-1],))
            return len(letters) + len(conflicts)

        return await self._database.write(erase)

    async def purge(self) -> None:
        """What was erased would stand in the file's free places, and in its log."""
        await self._database.rewrite()


def _standing(
    connection: sqlite3.Connection, forgotten: Sequence[Notification]
) -> list[Notification]:
    """Those of them that `revise` will write."""
    query = "SELECT 1 FROM notifications WHERE id = ? AND lease IS NULL AND moves = ?"
    return [
        each
        for each in forgotten
        if connection.execute(query, (each.id.bytes, each.last_move.number - 1)).fetchone()
    ]


def _row(settlement: Settlement) -> tuple[str, int, str, str]:
    return settlement.how, to_microseconds(settlement.at), settlement.by, settlement.why


def _settled_by(forgotten: Notification) -> tuple[object, ...]:
    move = forgotten.last_move
    settlement = Settlement(how=Settled.FORGOTTEN, at=move.at, by=move.by, why="forgotten")
    return (*_row(settlement), forgotten.id.bytes)


def _loose(
    connection: sqlite3.Connection, person: Person, *, but: Collection[str] = ()
) -> tuple[list[tuple[bytes, int]], list[tuple[object, ...]]]:
    """Letters with where they lay, and the keys of sightings but of these events."""
    mentions = re.compile(person.pattern)
    letters = [
        (id_, offset)
        for id_, offset, body in connection.execute(_LETTERS)
        if mentions.search(body.decode(errors="replace"))
    ]
    conflicts = [
        tuple(key)
        for event_id, body, *key in connection.execute(_CONFLICTS)
        if event_id not in but and mentions.search(body.decode(errors="replace"))
    ]
    return letters, conflicts
