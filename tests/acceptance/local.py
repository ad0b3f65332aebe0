"""How are the assemblies that need no servers driven by scenarios?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dependency_injector import providers

from adapters.memory.clock import MemoryClock
from adapters.memory.sender import MemorySender
from adapters.memory.telemetry import MemoryTelemetry
from adapters.sqlite.database import Database as SqliteDatabase
from adapters.sqlite.event_publisher import SqliteEventPublisher
from entrypoints.container import Embedded, Purpose, Tidings
from entrypoints.in_memory import InMemory
from entrypoints.load_settings import load_settings
from tests.acceptance.assembly import Assembly


class MemoryAssembly(Assembly):
    async def open(self, **settings: object) -> None:
        self._container = InMemory(settings=load_settings(tidings_env="embedded", **settings))
        self.clock = self._container.clock()
        self.senders = {
            "email": self._container.email_sender(),
            "sms": self._container.sms_sender(),
        }

    async def close(self) -> None:
        return

    async def tidings(self) -> Tidings:
        return _the_root(self._container.tidings())

    async def start_again(self, at: datetime) -> None:
        self.clock.start_again(at)
        self._container.cache().forget_all()
        await self._container.leases().end_all(now=at)

    async def rewind(self) -> None:
        for group in self.senders:
            self._container.stream().rewind(group)
        self._container.cache().forget_all()

    async def break_store(self) -> None:
        self._container.database().go_away()

    async def mend_store(self) -> None:
        self._container.database().come_back()

    def break_stream(self) -> None:
        self._container.stream().go_away()

    async def refuse(self, event_id: str) -> None:
        self._container.database().will_refuse(event_id)

    async def refuse_nothing(self) -> None:
        self._container.database().will_refuse_nothing()


class EmbeddedAssembly(Assembly):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self, **settings: object) -> None:
        self.clock = MemoryClock()
        self.senders = {"email": MemorySender(), "sms": MemorySender()}
        self._settings = load_settings(
            tidings_env="embedded", tidings_data=self._folder, **settings
        )
        await self._open()

    async def _open(self) -> None:
        self._container = Embedded(settings=self._settings, purpose=Purpose.WORK)
        self._container.clock.override(providers.Object(self.clock))
        self._container.telemetry.override(providers.Object(MemoryTelemetry()))
        self._container.email_sender.override(providers.Object(self.senders["email"]))
        self._container.sms_sender.override(providers.Object(self.senders["sms"]))
        # Producers are another process.
        self._producer = SqliteDatabase(self._folder)
        self._container.publisher.override(
            providers.Object(SqliteEventPublisher(self._producer, self.clock))
        )
        opening = self._container.init_resources()
        assert opening is not None
        await opening
        self._database = self._container.database()
        await self._producer.open()

    async def close(self) -> None:
        await self._producer.close()
        closing = self._container.shutdown_resources()
        assert closing is not None
        await closing

    async def tidings(self) -> Tidings:
        return _the_root(self._container.tidings())

    async def start_again(self, at: datetime) -> None:
        await self.close()
        self.clock.start_again(at)
        await self._open()

    async def rewind(self) -> None:
        await self._database.write(lambda connection: connection.execute("DELETE FROM places"))
        self._container.cache.reset()

    async def break_store(self) -> None:
        assert self._database._writer is not None
        self._database._writer.execute("PRAGMA query_only = ON")

    async def mend_store(self) -> None:
        assert self._database._writer is not None
        self._database._writer.execute("PRAGMA query_only = OFF")

    async def refuse(self, event_id: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                f"""CREATE TRIGGER refused BEFORE INSERT ON notifications
                WHEN new.event_id = '{event_id}'
                BEGIN SELECT RAISE(ABORT, 'a row that was to be refused'); END"""
            )
        )

    async def refuse_nothing(self) -> None:
        await self._database.write(lambda connection: connection.execute("DROP TRIGGER refused"))


def _the_root(found: object) -> Tidings:
    assert isinstance(found, Tidings)
    return found
