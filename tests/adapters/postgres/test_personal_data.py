"""Is somebody who was forgotten in no table any more?"""

from __future__ import annotations

from adapters.postgres.database import Database
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.personal_data import PostgresPersonalData
from domain.repeat import Repeat
from tests.adapters.postgres.conftest import _TABLES, Sql
from tests.contracts.given import ADDRESSES, DECODER, SMS, failed, sighting
from tests.runner import Run


def holding(sql: Sql, needle: str) -> list[str]:
    """Tables with it, as text or in bytes."""
    return [
        table
        for table in _TABLES
        for [row] in sql(f"SELECT CAST({table} AS text) FROM {table}")
        if needle in row or needle.encode().hex() in row
    ]


def test_no_table_holds_them(database: Database, sql: Sql, run: Run) -> None:
    store = PostgresNotificationStore(database, DECODER)
    both = [failed(), failed(channel=SMS)]
    run(store.accept(both, lease=None))
    other = f"{{{ADDRESSES['email']}, {ADDRESSES['phoneNumber']}".encode()
    run(store.note([sighting(both[0], offset=7, kind=Repeat.CONFLICT, body=other)]))
    for address in ADDRESSES.values():
        assert {"notifications", "dead_letters", "sightings"} == set(holding(sql, address))
    left = [each.forget(now=each.accepted_at, by="Linus") for each in both]
    run(PostgresPersonalData(database).erase(left))
    for address in ADDRESSES.values():
        assert holding(sql, address) == []
