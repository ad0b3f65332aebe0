"""Is everything that can be wrong with the server said with its fix, and does it pass?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.database import Database, rows_of
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.options import PostgresOptions
from application.errors import RowRefused, StoreUnavailable
from tests.adapters.postgres.conftest import DATABASE, Sql
from tests.contracts.given import DECODER, NOW, begun, waiting
from tests.contracts.notification_store import sent
from tests.runner import Run
from tests.servers.postgres import GUARDED, PostgresServer

Open = Callable[..., Database]
SHORT = timedelta(milliseconds=300)
ADD_LEASE = text(
    "INSERT INTO leases (token, worker, until_at) VALUES (gen_random_uuid(), 'w', 'now')"
)


@pytest.fixture
def opened(clean: str, run: Run) -> Iterator[Open]:
    """Opens one more, as it is told."""
    all_of_them: list[Database] = []

    def one_more(options: PostgresOptions | None = None) -> Database:
        database = Database(options or PostgresOptions(url=clean))
        all_of_them.append(database)
        run(database.open())
        return database

    yield one_more
    for database in all_of_them:
        run(database.close())


def problem_of_opening(url: str, run: Run) -> StoreUnavailable:
    database = Database(PostgresOptions(url=url, connect_for=timedelta(seconds=2)))
    with pytest.raises(StoreUnavailable) as caught:
        run(database.open())
    return caught.value


async def leases(database: Database) -> int:
    found = await database.read(lambda c: c.scalar(text("SELECT count(*) FROM leases")))
    return int(found)


class TestOpening:
    def test_says_that_nobody_listens(self, run: Run) -> None:
        problem = problem_of_opening("postgresql://ada:s3cret@127.0.0.1:1/tidings", run)
        assert "127.0.0.1:1/tidings" in problem.problem
        assert "DATABASE_URL" in problem.fix
        assert "s3cret" not in str(problem)

    def test_says_that_the_password_is_wrong(
        self, postgres: PostgresServer, sql: Sql, run: Run
    ) -> None:
        sql(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'another'")
        url = postgres.url_of(DATABASE, user=GUARDED, password="s3cret")
        problem = problem_of_opening(url, run)
        sql(f"DROP ROLE {GUARDED}")
        assert "password authentication failed" in problem.problem
        assert "the password" in problem.fix
        assert "s3cret" not in str(problem)

    def test_says_that_there_is_no_such_database(self, postgres: PostgresServer, run: Run) -> None:
        problem = problem_of_opening(postgres.url_of("nowhere"), run)
        assert "create the database" in problem.fix

    def test_says_that_there_are_too_many_connections(
        self, postgres: PostgresServer, sql: Sql, run: Run
    ) -> None:
        sql("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        problem = problem_of_opening(postgres.url_of(DATABASE, user="crowded"), run)
        sql("DROP ROLE crowded")
        assert "raise max_connections" in problem.fix

    def test_says_that_there_is_no_schema(self, empty: str, run: Run) -> None:
        assert "tidings migrate" in problem_of_opening(empty, run).fix

    def test_says_that_the_schema_is_too_old(self, clean: str, sql: Sql, run: Run) -> None:
        sql("UPDATE alembic_version SET version_num = '0000'")
        problem = problem_of_opening(clean, run)
        sql("UPDATE alembic_version SET version_num = '0001'")
        assert "the schema is of version 0000" in problem.problem
        assert "tidings migrate" in problem.fix

    def test_takes_a_newer_schema_as_migrations_only_add(self, sql: Sql, opened: Open) -> None:
        sql("UPDATE alembic_version SET version_num = '0999'")
        try:
            opened()
        finally:
            sql("UPDATE alembic_version SET version_num = '0001'")


class TestWriting:
    def test_is_all_or_nothing(self, database: Database, run: Run) -> None:
        async def write(connection: AsyncConnection) -> None:
            await connection.execute(ADD_LEASE)
            raise ValueError("something else went wrong")

        with pytest.raises(ValueError, match="something else"):
            run(database.write(write))
        assert run(leases(database)) == 0

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO leases (worker) VALUES ('w')",
            "INSERT INTO leases (token) VALUES ('not a uuid')",
            "SELECT CAST(99999999999 AS integer)",
            "UPDATE trail SET words = 'changed'",
        ],
        ids=["null", "syntax", "range", "rule"],
    )
    def test_says_that_a_row_is_to_blame(
        self, database: Database, run: Run, statement: str
    ) -> None:
        with pytest.raises(RowRefused):
            run(database.write(lambda c: c.execute(text(statement))))

    @pytest.mark.parametrize(
        ("value", "words"),
        [("seven", ""), (2**40, ""), (1, "\ud800"), (1, "\x00")],
        ids=["kind", "range", "surrogate", "nothing"],
    )
    def test_says_that_a_value_cannot_be_written(
        self, database: Database, run: Run, value: object, words: str
    ) -> None:
        statement = text("SELECT CAST(:value AS integer), CAST(:words AS text)")
        values = {"value": value, "words": words}
        with pytest.raises(RowRefused, match="a value that its column cannot hold") as caught:
            run(database.write(lambda c: c.execute(statement, values)))
        assert "seven" not in str(caught.value)

    @pytest.mark.parametrize(
        ("code", "fix"),
        [
            ("disk_full", "make room"),
            ("read_only_sql_transaction", "primary"),
            ("insufficient_privilege", "give this role the rights"),
            ("undefined_table", "tidings migrate"),
            ("cannot_connect_now", "starting or stopping"),
            ("internal_error", "see the server's log"),
        ],
    )
    def test_says_what_to_do(self, database: Database, run: Run, code: str, fix: str) -> None:
        statement = f"""DO $$ BEGIN RAISE EXCEPTION 'it is so' USING ERRCODE = '{code}'; END $$"""
        with pytest.raises(StoreUnavailable, match="it is so") as caught:
            run(database.write(lambda c: c.exec_driver_sql(statement)))
        assert fix in caught.value.fix

    def test_says_that_the_server_is_a_replica(
        self, postgres: PostgresServer, sql: Sql, opened: Open, run: Run
    ) -> None:
        sql(
            "CREATE ROLE reader LOGIN SUPERUSER",
            "ALTER ROLE reader SET default_transaction_read_only = on",
        )
        url = postgres.url_of(DATABASE, user="reader")
        with pytest.raises(StoreUnavailable) as caught:
            run(opened(PostgresOptions(url=url)).write(lambda c: c.execute(ADD_LEASE)))
        sql("DROP ROLE reader")
        assert "read-only replica" in caught.value.fix


class TestWaiting:
    def test_the_server_gives_up_by_itself(self, opened: Open, clean: str, run: Run) -> None:
        options = PostgresOptions(
            url=clean,
            statement_timeout=timedelta(seconds=7),
            lock_timeout=timedelta(seconds=3),
            idle_in_transaction_timeout=timedelta(seconds=4),
        )
        ask = """SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
            current_setting('idle_in_transaction_session_timeout')"""
        for pool in (opened(options).write, opened(options).claim):
            assert list(run(pool(lambda c: rows_of(c, ask, {})))[0]) == ["7s", "3s", "4s"]

    def test_a_claim_does_not_wait_for_who_writes(self, opened: Open, clean: str, run: Run) -> None:
        options = PostgresOptions(url=clean, connections=1, wait_for_connection=SHORT)
        database = opened(options)

        async def beside(_: AsyncConnection) -> None:
            await database.check()
            with pytest.raises(StoreUnavailable, match="all connections are in use"):
                await leases(database)

        run(database.write(beside))
        assert run(leases(database)) == 0

    def test_a_lock_is_not_waited_for_for_ever(self, opened: Open, clean: str, run: Run) -> None:
        database = opened(PostgresOptions(url=clean, lock_timeout=SHORT))

        async def beside(holding: AsyncConnection) -> None:
            await holding.execute(text("LOCK TABLE leases"))
            with pytest.raises(StoreUnavailable) as caught:
                await database.write(lambda c: c.execute(ADD_LEASE))
            assert "another transaction holds its rows" in caught.value.fix

        run(database.write(beside))


class TestAfterTheSchemaHasChanged:
    def test_a_statement_that_was_planned_before_it_goes_on(
        self, database: Database, sql: Sql, run: Run
    ) -> None:
        everything = text("SELECT * FROM leases")
        run(database.write(lambda c: c.execute(everything)))
        sql("ALTER TABLE leases ADD COLUMN later integer")
        run(database.write(lambda c: c.execute(everything)))
        sql("ALTER TABLE leases DROP COLUMN later")


class TestBehindPgbouncer:
    def test_nothing_stays_prepared_on_the_server(self, opened: Open, clean: str, run: Run) -> None:
        """The next transaction may come to another session, which has never heard of it."""
        database = opened(PostgresOptions(url=clean, pgbouncer=True, connections=1))
        store, lease = PostgresNotificationStore(database, DECODER), PostgresLeases(database)
        mine = run(lease.begin("worker-1", now=NOW))
        assert run(store.accept([begun(), waiting("event-2")], lease=mine)) == [None, None]
        assert run(store.claim("email", now=NOW, limit=9, lease=mine)) == [waiting("event-2")]
        assert run(store.record([sent(begun())], lease=mine)) == [sent(begun())]
        names = "SELECT name FROM pg_prepared_statements WHERE name NOT LIKE 'tidings-%'"
        assert list(run(database.write(lambda c: rows_of(c, names, {})))) == []


class TestAServerThatGoes:
    """Killed, as by a power cut; or it answers nothing any more."""

    @pytest.fixture(autouse=True)
    def _ours(self, postgres: PostgresServer) -> None:
        if not postgres.is_ours:
            pytest.skip("the server is somebody else's")

    def test_what_was_written_outlives_it(
        self, database: Database, postgres: PostgresServer, run: Run
    ) -> None:
        store = PostgresNotificationStore(database, DECODER)
        lease = run(PostgresLeases(database).begin("worker-1", now=NOW))
        many = [begun(f"event-{n}") for n in range(100)]
        assert run(store.accept(many, lease=lease)) == [None] * 100
        postgres.kill()
        with pytest.raises(StoreUnavailable, match=DATABASE):
            run(store.record([sent(many[0])], lease=lease))
        postgres.start_again()
        written = [sent(each) for each in many]
        assert run(store.record(written, lease=lease)) == written

    def test_it_is_used_again_as_soon_as_it_is_back(
        self, database: Database, postgres: PostgresServer, run: Run
    ) -> None:
        """No call is spent on finding out that each connection was hung up."""
        run(database.check())
        postgres.kill()
        postgres.start_again()

        async def hear_of_it() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        run(hear_of_it())
        assert run(leases(database)) == 0
        run(database.check())

    def test_one_that_answers_nothing_is_not_waited_for_for_ever(
        self, opened: Open, clean: str, postgres: PostgresServer, run: Run
    ) -> None:
        options = PostgresOptions(url=clean, connect_for=SHORT, answer_for=2 * SHORT)
        database = opened(options)
        postgres.pause()
        try:
            for call in (database.check, lambda: leases(database)):
                with pytest.raises(StoreUnavailable, match="it does not answer"):
                    run(call())
        finally:
            postgres.resume()
        assert run(leases(database)) == 0


class TestAfterItIsClosed:
    def test_is_unavailable(self, clean: str, run: Run) -> None:
        database = Database(PostgresOptions(url=clean))
        with pytest.raises(StoreUnavailable, match="not open"):
            run(database.check())
        run(database.close())
