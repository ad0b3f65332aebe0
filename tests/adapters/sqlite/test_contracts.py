"""Do the adapters of the one file keep to what their ports promise?"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

from adapters.memory.clock import MemoryClock
from adapters.sqlite.api_keys import SqliteApiKeys
from adapters.sqlite.audit_log import SqliteAuditLog
from adapters.sqlite.database import FILE_NAME
from adapters.sqlite.database import Database as SqliteDatabase
from adapters.sqlite.dead_letters import SqliteDeadLetters
from adapters.sqlite.event_publisher import SqliteEventPublisher
from adapters.sqlite.event_source import SqliteEventSource
from adapters.sqlite.lane_control import SqliteLaneControl
from adapters.sqlite.leases import SqliteLeases
from adapters.sqlite.neighbour import SqliteNeighbour
from adapters.sqlite.notification_history import SqliteNotificationHistory
from adapters.sqlite.notification_store import SqliteNotificationStore
from adapters.sqlite.personal_data import SqlitePersonalData
from adapters.sqlite.rate_limiter import SqliteRateLimiter
from adapters.sqlite.receipts import SqliteReceipts
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from application.ports.neighbour import Neighbour
from application.ports.rate_limiter import RateLimiter
from tests.contracts.api_keys import ApiKeysContract
from tests.contracts.audit_log import AuditLogContract
from tests.contracts.database import Database, Ports
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.event_publisher import EventPublisherContract
from tests.contracts.event_source import EventSourceContract
from tests.contracts.given import DECODER
from tests.contracts.lane_control import LaneControlContract
from tests.contracts.leases import LeasesContract
from tests.contracts.neighbour import NeighbourContract, Quarter
from tests.contracts.notification_history import NotificationHistoryContract
from tests.contracts.notification_store import NotificationStoreContract
from tests.contracts.personal_data import PersonalDataContract
from tests.contracts.rate_limiter import Limiters, RateLimiterContract
from tests.contracts.receipts import ReceiptsContract
from tests.contracts.stream import Stream
from tests.runner import Run


class OneFile:
    """Each worker opens the file for itself, as a process of its own would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[SqliteDatabase] = []
        self._away: list[tuple[sqlite3.Connection | None, sqlite3.Connection | None]] = []

    async def open(self) -> SqliteDatabase:
        opened = SqliteDatabase(self._folder)
        self._opened.append(opened)
        await opened.open()
        return opened

    async def close(self) -> None:
        await self.come_back()
        for opened in self._opened:
            await opened.close()
        self._opened = []

    async def restart(self) -> None:
        await self.close()

    async def go_away(self) -> None:
        """As if they were closed: it is the one failure that needs no broken disk."""
        self._away = [(opened._reader, opened._writer) for opened in self._opened]
        for opened in self._opened:
            opened._reader = opened._writer = None

    async def come_back(self) -> None:
        for opened, (reader, writer) in zip(self._opened, self._away, strict=False):
            opened._reader, opened._writer = reader, writer
        self._away = []

    async def will_refuse(self, event_id: str) -> None:
        connection = sqlite3.connect(self._folder / "tidings.db", isolation_level=None)
        for moment in ("INSERT", "UPDATE OF status"):
            connection.execute(
                f"""CREATE TRIGGER "refuse {moment}" BEFORE {moment} ON notifications
                WHEN NEW.event_id = '{event_id}' BEGIN SELECT RAISE(ABORT, 'refused'); END"""
            )
        connection.close()


class FileDatabase(OneFile, Database):
    async def connect(self) -> Ports:
        opened = await self.open()
        return Ports(
            store=SqliteNotificationStore(opened, DECODER),
            leases=SqliteLeases(opened),
            history=SqliteNotificationHistory(opened, DECODER, ("email", "sms")),
            dead_letters=SqliteDeadLetters(opened),
            api_keys=SqliteApiKeys(opened),
            audit_log=SqliteAuditLog(opened),
            lane_control=SqliteLaneControl(opened),
            receipts=SqliteReceipts(opened),
            personal_data=SqlitePersonalData(opened),
        )


class FileStream(OneFile, Stream):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._clock = MemoryClock()

    async def publisher(self) -> EventPublisher:
        return SqliteEventPublisher(await self.open(), self._clock)

    async def source(self, group: str) -> EventSource:
        return SqliteEventSource(await self.open(), group, self._clock)

    async def pass_(self, by: timedelta) -> None:
        """In steps, as the source looks again now and then; until nobody is under way."""
        for _ in range(20):
            self._clock.advance(by / 20)
            for opened in self._opened:
                await opened.read(lambda connection: connection.execute("SELECT 1"))
            await asyncio.sleep(0)


class FileLimiters(OneFile, Limiters):
    async def connect(self) -> RateLimiter:
        return SqliteRateLimiter(await self.open())


class InOneFile:
    def open_database(self, folder: Path) -> Database:
        return FileDatabase(folder)

    def open_stream(self, folder: Path) -> Stream:
        return FileStream(folder)

    def open_limiters(self, folder: Path) -> Limiters:
        return FileLimiters(folder)


class TestSqliteNotificationStore(InOneFile, NotificationStoreContract):
    pass


class TestSqliteLeases(InOneFile, LeasesContract):
    pass


class TestSqliteLaneControl(InOneFile, LaneControlContract):
    pass


class TestSqliteNotificationHistory(InOneFile, NotificationHistoryContract):
    pass


class TestSqliteReceipts(InOneFile, ReceiptsContract):
    pass


class TestSqliteDeadLetters(InOneFile, DeadLettersContract):
    pass


class TestSqliteApiKeys(InOneFile, ApiKeysContract):
    pass


class TestSqliteAuditLog(InOneFile, AuditLogContract):
    pass


class TestSqlitePersonalData(InOneFile, PersonalDataContract):
    pass


class TestSqliteEventSource(InOneFile, EventSourceContract):
    pass


class TestSqliteEventPublisher(InOneFile, EventPublisherContract):
    pass


class TestSqliteRateLimiter(InOneFile, RateLimiterContract):
    pass


class FileQuarter(OneFile, Quarter):
    async def neighbour(self) -> Neighbour:
        return SqliteNeighbour(await self.open())


class TestSqliteNeighbour(NeighbourContract):
    def open_quarter(self, folder: Path) -> Quarter:
        return FileQuarter(folder)

    def test_to_look_writes_what_stands_there_already(
        self, neighbour: Neighbour, tmp_path: Path, run: Run
    ) -> None:
        """On a full disk, an empty transaction would be no look at all."""
        log = tmp_path / f"{FILE_NAME}-wal"
        before = log.stat().st_size
        run(neighbour.look())
        assert log.stat().st_size > before
