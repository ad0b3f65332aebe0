"""Do the adapters of PostgreSQL keep to what their ports promise?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres.api_keys import PostgresApiKeys
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.database import Database as PostgresDatabase
from adapters.postgres.dead_letter_outbox import PostgresDeadLetterOutbox
from adapters.postgres.dead_letters import PostgresDeadLetters
from adapters.postgres.lane_control import PostgresLaneControl
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.neighbour import PostgresNeighbour
from adapters.postgres.notification_history import PostgresNotificationHistory
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.options import PostgresOptions
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.receipts import PostgresReceipts
from application.ports.neighbour import Neighbour
from tests.adapters.postgres.conftest import DATABASE, ask
from tests.contracts.api_keys import ApiKeysContract
from tests.contracts.audit_log import AuditLogContract
from tests.contracts.database import Database, Ports
from tests.contracts.dead_letter_outbox import DeadLetterOutboxContract
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.given import DECODER
from tests.contracts.lane_control import LaneControlContract
from tests.contracts.leases import LeasesContract
from tests.contracts.neighbour import NeighbourContract, Quarter
from tests.contracts.notification_history import NotificationHistoryContract
from tests.contracts.notification_store import NotificationStoreContract
from tests.contracts.personal_data import PersonalDataContract
from tests.contracts.receipts import ReceiptsContract
from tests.runner import Run
from tests.servers.postgres import PostgresServer

_REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM notifications WHERE id = NEW.id AND event_id = '{event_id}') THEN
            RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;;
    CREATE TRIGGER refuse BEFORE UPDATE OF status ON states
        FOR EACH ROW EXECUTE FUNCTION refuse();;
    CREATE TRIGGER refuse AFTER INSERT ON notifications
        FOR EACH ROW EXECUTE FUNCTION refuse()"""


async def let_in(server: PostgresServer) -> None:
    await ask(server.url, f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS true")


class ServerDatabase(Database):
    """Each worker comes with pools of its own, as a process of its own would."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self._server = server
        self._options = PostgresOptions(url=url)
        self._opened: list[PostgresDatabase] = []

    async def connect(self) -> Ports:
        opened = PostgresDatabase(self._options)
        self._opened.append(opened)
        await opened.open()
        return Ports(
            store=PostgresNotificationStore(opened, DECODER),
            leases=PostgresLeases(opened),
            history=PostgresNotificationHistory(opened, DECODER, ("email", "sms")),
            dead_letters=PostgresDeadLetters(opened),
            audit_log=PostgresAuditLog(opened),
            lane_control=PostgresLaneControl(opened),
            receipts=PostgresReceipts(opened),
            personal_data=PostgresPersonalData(opened),
            outbox=PostgresDeadLetterOutbox(opened),
            api_keys=PostgresApiKeys(opened),
        )

    async def close(self) -> None:
        for opened in self._opened:
            await opened.close()
        self._opened = []

    async def restart(self) -> None:
        await self.close()

    async def go_away(self) -> None:
        """The server hangs up, and lets nobody in again."""
        await ask(
            self._server.url,
            f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false",
            f"""SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = '{DATABASE}'""",
        )

    async def come_back(self) -> None:
        await let_in(self._server)

    async def will_refuse(self, event_id: str) -> None:
        await ask(self._options.url, *_REFUSE.format(event_id=event_id).split(";;"))


class OnTheServer:
    @pytest.fixture(autouse=True)
    def _serve(self, postgres: PostgresServer, clean: str, run: Run) -> Iterator[None]:
        self._server, self._url = postgres, clean
        yield
        run(let_in(postgres))

    def open_database(self, folder: Path) -> Database:
        return ServerDatabase(self._server, self._url)


class TestPostgresNotificationStore(OnTheServer, NotificationStoreContract):
    pass


class TestPostgresLeases(OnTheServer, LeasesContract):
    pass


class TestPostgresLaneControl(OnTheServer, LaneControlContract):
    pass


class TestPostgresNotificationHistory(OnTheServer, NotificationHistoryContract):
    pass


class TestPostgresReceipts(OnTheServer, ReceiptsContract):
    pass


class TestPostgresDeadLetters(OnTheServer, DeadLettersContract):
    pass


class TestPostgresApiKeys(OnTheServer, ApiKeysContract):
    pass


class TestPostgresAuditLog(OnTheServer, AuditLogContract):
    pass


class TestPostgresPersonalData(OnTheServer, PersonalDataContract):
    pass


class TestPostgresDeadLetterOutbox(OnTheServer, DeadLetterOutboxContract):
    pass


class ServerQuarter(ServerDatabase, Quarter):
    async def neighbour(self) -> Neighbour:
        await self.connect()
        [opened] = self._opened
        return PostgresNeighbour(opened)


class TestPostgresNeighbour(OnTheServer, NeighbourContract):
    def open_quarter(self, folder: Path) -> Quarter:
        return ServerQuarter(self._server, self._url)
