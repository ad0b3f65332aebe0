"""How does a file come to hold very many notifications quickly?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import FILE_NAME, Database
from adapters.sqlite.rows import INSERT_MOVES, INSERT_NOTIFICATIONS, move_row, notification_row
from adapters.wire.decoder import WireDecoder
from adapters.wire.encoder import encode_event
from application.arrival import arrive
from domain.notification import Notification
from domain.outcome import Accepted
from domain.record import Position, Record
from entrypoints.channels import ADDRESS_FIELDS, email_channel
from entrypoints.load_settings import load_settings
from entrypoints.running import run

_BATCH = 500
_TAKEN = Accepted(reason="dropped on purpose", rule="null")


def fill(folder: Path, count: int) -> str:
    """As if so many emails had been sent: with their trails, through the domain, but in one
    transaction. Returns the id of one of the events."""
    DataFolder(folder).prepare(may_be_new=True)
    run(_create(folder))
    connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")
    connection.execute("BEGIN")
    for begin in range(0, count, _BATCH):
        told = list(_told(begin, min(_BATCH, count - begin)))
        numbered = list(enumerate(told, start=begin + 1))
        INSERT_NOTIFICATIONS.write(
            connection, [notification_row(n, sent, None) for n, (_, sent) in numbered]
        )
        moves = [(n, each.last_move) for n, pair in numbered for each in pair]
        INSERT_MOVES.write(connection, [move_row(n, move) for n, move in moves])
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return told[0][0].event.id


async def _create(folder: Path) -> None:
    database = Database(folder)
    await database.open()
    await database.close()


def _told(begin: int, count: int) -> Iterator[tuple[Notification, Notification]]:
    """Each as it was born, and as it ended."""
    channel = email_channel(load_settings(tidings_env="embedded"))
    decoder = WireDecoder(ADDRESS_FIELDS)
    now = datetime.now(UTC)
    for n in range(begin, begin + count):
        value = encode_event(
            event_id=uuid4().hex,
            message_type="USER_SIGNED_UP",
            occurred_at=now,
            text="Your account is ready.",
            addresses={ADDRESS_FIELDS[0]: f"{uuid4().hex[:12]}@example.com"},
        )
        position = Position(topic="notifications", partition=0, offset=-1 - n)
        event = decoder.decode(Record(value=value, position=position, appended_at=now))
        arrival = arrive(event, position, channel)
        assert arrival is not None
        born = arrival.born(now=now, by="bench", waiting=None)
        yield born, born.settle(_TAKEN, channel=channel, now=now, by="bench", wake_at=now)
