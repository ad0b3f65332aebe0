"""What is kept of a person, as PostgreSQL says?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.arrays import Columns
from adapters.postgres.database import Database, rows_of
from adapters.postgres.moving import move_in_nobodys_hand
from adapters.wire.forgotten import remains_of
from application.ports.personal_data import Kept, PersonalData
from domain.dead_letter import Settled, Settlement
from domain.event import FORGOTTEN_BODY
from domain.notification import Notification
from domain.person import Person

_REMAINS = Columns(id="uuid", body="bytea", at="timestamptz", by="text")

_EVENTS = "SELECT DISTINCT event_id FROM notifications WHERE recipient_key = ANY(:keys)"
#: As text in which every byte that is no ASCII is an escape.
_MENTIONS = "encode(body, 'escape') ~ :pattern"
_LOOSE_LETTERS = f"notification_id IS NULL AND {_MENTIONS}"
_LOOSE_CONFLICTS = f"body IS NOT NULL AND {_MENTIONS}"
_COUNT = f"""
    SELECT (SELECT count(*) FROM dead_letters WHERE {_LOOSE_LETTERS})
    + (SELECT count(*) FROM sightings WHERE {_LOOSE_CONFLICTS} AND event_id <> ALL(:events))"""

_SETTLED = """
    settled_at = CASE WHEN settled_as IS NULL THEN {at} ELSE settled_at END,
    settled_by = CASE WHEN settled_as IS NULL THEN {by} ELSE settled_by END,
    settled_why = CASE WHEN settled_as IS NULL THEN {why} ELSE settled_why END,
    settled_as = coalesce(settled_as, {how})"""
_ERASE = text(f"""
    WITH given AS MATERIALIZED ({_REMAINS.given}
    ), notification AS (
        UPDATE notifications SET body = given.body FROM given WHERE notifications.id = given.id
    ), conflicts AS (
        UPDATE sightings SET body = :marker FROM given
        WHERE notification_id = given.id AND sightings.body IS NOT NULL
    )
    UPDATE dead_letters SET body = :marker,
        {_SETTLED.format(at="given.at", by="given.by", why=":why", how=":how")}
    FROM given WHERE notification_id = given.id""")
_ERASE_LETTERS = f"""
    UPDATE dead_letters SET body = :marker,
        {_SETTLED.format(at=":at", by=":by", why=":why", how=":how")}
    WHERE {_LOOSE_LETTERS} RETURNING id"""
_ERASE_CONFLICTS = f"""
    UPDATE sightings SET body = :marker WHERE {_LOOSE_CONFLICTS} RETURNING notification_id"""


class PostgresPersonalData(PersonalData):
    """Records lie in Kafka, and grants in Redis: both end by themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, person: Person) -> Kept:
        async def find(connection: AsyncConnection) -> Kept:
            events = await rows_of(connection, _EVENTS, {"keys": sorted(person.keys)})
            event_ids = [row[0] for row in events]
            values = {"pattern": person.pattern, "events": event_ids}
            [[loose]] = await rows_of(connection, _COUNT, values)
            return Kept(event_ids=event_ids, loose=loose)

        return await self._database.read(find)

    async def erase(self, forgotten: Sequence[Notification]) -> Sequence[Notification]:
        if not forgotten:
            return []

        async def erase(connection: AsyncConnection) -> list[Notification]:
            written = await move_in_nobodys_hand(connection, forgotten)
            rows = [
                (each.id, remains_of(each.event), each.last_move.at, each.last_move.by)
                for each in written
            ]
            constants = {"marker": FORGOTTEN_BODY, "how": Settled.FORGOTTEN, "why": "forgotten"}
            await connection.execute(_ERASE, _REMAINS.values(rows) | constants)
            return written

        return await self._database.write(erase)

    async def erase_loose(self, person: Person, settlement: Settlement) -> int:
        values = {"marker": FORGOTTEN_BODY, "pattern": person.pattern}
        settled = {
            "at": settlement.at,
            "by": settlement.by,
            "why": settlement.why,
            "how": settlement.how,
        }

        async def erase(connection: AsyncConnection) -> int:
            letters = await rows_of(connection, _ERASE_LETTERS, values | settled)
            conflicts = await rows_of(connection, _ERASE_CONFLICTS, values)
            return len(letters) + len(conflicts)

        return await self._database.write(erase)

    async def purge(self) -> None:
        """PostgreSQL vacuums by itself, in its own time; who forgets does not own the tables."""
        await self._database.check()
