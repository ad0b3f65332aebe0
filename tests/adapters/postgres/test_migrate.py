"""Does every database come to the same schema, whoever works on it meanwhile?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.database import Database
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.migrate import migrate
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.options import PostgresOptions
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.prune import prune
from adapters.postgres.roles import Roles
from adapters.postgres.version import VERSION
from application.errors import RowRefused, StoreUnavailable
from domain.failure import Failure
from domain.lease import LEASE_FOR
from tests.adapters.postgres.conftest import DATABASE, Sql, ask
from tests.contracts.audit_log import entry
from tests.contracts.given import DECODER, NOW, begun, failed, waiting
from tests.contracts.notification_store import sent
from tests.contracts.personal_data import ADA, SETTLEMENT
from tests.runner import Run, together
from tests.servers.postgres import PostgresServer


class TestMigrating:
    def test_brings_an_empty_database_to_the_newest_version(self, empty: str, run: Run) -> None:
        assert run(migrate(empty)) == (None, VERSION)
        database = Database(PostgresOptions(url=empty))
        run(database.open())
        run(database.close())

    def test_changes_nothing_the_second_time(self, empty: str, run: Run) -> None:
        run(migrate(empty))
        assert run(migrate(empty)) == (VERSION, VERSION)

    def test_waits_for_another_that_does_the_same(self, empty: str, run: Run) -> None:
        answers = run(together(*(migrate(empty) for _ in range(4))))
        assert sorted(before or "" for before, _ in answers) == ["", VERSION, VERSION, VERSION]

    def test_holds_up_nobody_who_works(self, database: Database, clean: str, run: Run) -> None:
        store = PostgresNotificationStore(database, DECODER)
        lease = run(PostgresLeases(database).begin("worker-1", now=NOW))

        async def work() -> None:
            for number in range(20):
                each = begun(f"event-{number}")
                assert await store.accept([each], lease=lease) == [None]
                assert await store.record([sent(each)], lease=lease) == [sent(each)]

        async def migrate_often() -> None:
            for _ in range(3):
                await migrate(clean)

        run(together(work(), migrate_often()))

    def test_says_that_the_server_is_away(self, run: Run) -> None:
        with pytest.raises(StoreUnavailable, match="DATABASE_URL"):
            run(migrate("postgresql://ada:s3cret@127.0.0.1:1/tidings"))


class TestTheTrail:
    def test_is_never_updated_not_even_by_its_owner(
        self, database: Database, sql: Sql, run: Run
    ) -> None:
        store = PostgresNotificationStore(database, DECODER)
        run(store.accept([waiting()], lease=None))
        for statement in ("UPDATE trail SET words = 'changed'", "TRUNCATE trail"):
            with pytest.raises(Exception, match="the audit trail is never updated"):
                sql(statement)
        assert sql("SELECT number, words FROM trail") == [(1, "")]


ROLES = ("tidings-service", "tidings-pruning", "tidings-forgetting")


class TestRoles:
    @pytest.fixture
    def roles(self, clean: str, postgres: PostgresServer, run: Run) -> Iterator[Roles]:
        roles = Roles(
            service="tidings-service",
            pruning="tidings-pruning",
            forgetting="tidings-forgetting",
        )
        run(
            ask(
                clean,
                *(f'CREATE ROLE "{name}" LOGIN' for name in ROLES),
                "SELECT",
            )
        )
        run(migrate(clean, roles=roles))
        yield roles
        dropped = (f'DROP OWNED BY "{name}"; DROP ROLE "{name}"' for name in ROLES)
        run(ask(clean, *dropped, "SELECT"))

    @pytest.fixture
    def service(self, roles: Roles, postgres: PostgresServer, run: Run) -> Iterator[Database]:
        url = postgres.url_of(DATABASE, user=roles.service)
        database = Database(PostgresOptions(url=url))
        run(database.open())
        yield database
        run(database.close())

    def test_the_service_does_its_whole_job(self, service: Database, run: Run) -> None:
        store = PostgresNotificationStore(service, DECODER)
        leases = PostgresLeases(service)
        lease = run(leases.begin("worker-1", now=NOW))
        run(store.accept([begun(), failed("event-2"), waiting("event-3")], lease=lease))
        assert run(store.claim("email", now=NOW, limit=9, lease=lease)) == [waiting("event-3")]
        assert run(store.record([sent(begun())], lease=lease)) == [sent(begun())]
        run(leases.give_up(lease, now=NOW))
        run(leases.begin("worker-1", now=NOW + 9999 * LEASE_FOR))

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE trail SET words = 'changed'",
            "DELETE FROM trail",
            "TRUNCATE trail",
            "DELETE FROM notifications",
            "DELETE FROM past_keys",
            "UPDATE past_keys SET status = 'SENT'",
            "UPDATE notifications SET body = ''",
            "UPDATE dead_letters SET body = ''",
            "UPDATE sightings SET body = ''",
            "UPDATE audit_log SET words = 'changed'",
            "DROP TABLE trail",
        ],
    )
    def test_the_service_only_appends_to_the_trail(
        self, service: Database, run: Run, statement: str
    ) -> None:
        with pytest.raises(StoreUnavailable, match=r"denied|must be owner"):
            run(service.write(lambda c: c.exec_driver_sql(statement)))

    def test_who_prunes_only_prunes(
        self, service: Database, roles: Roles, postgres: PostgresServer, sql: Sql, run: Run
    ) -> None:
        store = PostgresNotificationStore(service, DECODER)
        lease = run(PostgresLeases(service).begin("worker-1", now=NOW))
        run(store.accept([begun()], lease=lease))
        run(store.record([sent(begun())], lease=lease))
        pruning = Database(PostgresOptions(url=postgres.url_of(DATABASE, user=roles.pruning)))
        run(pruning.open())
        with pytest.raises(StoreUnavailable, match="denied"):
            run(pruning.write(lambda c: c.exec_driver_sql("UPDATE states SET moves = 1")))
        assert run(prune(pruning, now=NOW + 3 * LEASE_FOR, older_than=LEASE_FOR)) == 1
        run(pruning.close())
        assert sql("SELECT FROM trail") == []

    @pytest.fixture
    def forgetting(self, roles: Roles, postgres: PostgresServer, run: Run) -> Iterator[Database]:
        database = Database(PostgresOptions(url=postgres.url_of(DATABASE, user=roles.forgetting)))
        run(database.open())
        yield database
        run(database.close())

    def test_who_forgets_does_their_whole_job(
        self, service: Database, forgetting: Database, sql: Sql, run: Run
    ) -> None:
        first = waiting()
        run(PostgresNotificationStore(service, DECODER).accept([first], lease=None))
        withdrawn = first.fail(Failure.WITHDRAWN, now=NOW, by="Linus")
        run(PostgresNotificationStore(forgetting, DECODER).revise([withdrawn]))
        data = PostgresPersonalData(forgetting)
        left = withdrawn.forget(now=NOW, by="Linus")
        assert list(run(data.erase([left]))) == [left]
        assert run(data.erase_loose(ADA, SETTLEMENT)) == 0
        run(PostgresAuditLog(forgetting).append([entry()]))
        assert sql("SELECT address FROM notifications") == [("",)]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE trail SET words = 'changed'",
            "DELETE FROM trail",
            "DELETE FROM notifications",
            "UPDATE notifications SET digest = ''",
            "UPDATE notifications SET event_id = ''",
            "DELETE FROM dead_letters",
            "UPDATE audit_log SET words = 'changed'",
            "INSERT INTO leases VALUES (gen_random_uuid(), now(), 'me')",
        ],
    )
    def test_who_forgets_only_forgets(self, forgetting: Database, run: Run, statement: str) -> None:
        with pytest.raises(StoreUnavailable, match="denied"):
            run(forgetting.write(lambda c: c.exec_driver_sql(statement)))

    def test_a_role_that_is_not_there_is_said(self, clean: str, run: Run) -> None:
        with pytest.raises(StoreUnavailable, match="there is no role nobody-1") as caught:
            run(migrate(clean, roles=Roles(service="nobody-1")))
        assert "CREATE ROLE" in caught.value.fix


class TestWhatTheSchemaRefuses:
    def test_what_is_sending_is_in_a_hand(self, database: Database, run: Run) -> None:
        with pytest.raises(RowRefused, match="sending_is_in_a_hand"):
            run(PostgresNotificationStore(database, DECODER).accept([begun()], lease=None))
