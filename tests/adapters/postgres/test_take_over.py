"""Does whoever the original told stay told, and whoever reads its table go on reading?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres.database import Database
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.migrate import migrate
from adapters.postgres.notification_history import PostgresNotificationHistory
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.options import PostgresOptions
from adapters.postgres.take_over import TakenOver, take_over
from application.ports.notification_history import Chapter, Query
from domain.failure import Failure
from domain.notification import Notification, notification_id
from domain.status import Status, Wait
from tests.adapters.postgres.conftest import Sql
from tests.contracts.given import DECODER, EMAIL, NOW, SMS, begun, event, failed, newborn
from tests.contracts.notification_store import sent
from tests.runner import Run

#: As the system that is replaced made it.
ORIGINAL = """
    CREATE TYPE "NotificationChannel" AS ENUM ('SMS', 'EMAIL');
    CREATE TYPE "NotificationStatus" AS ENUM ('PENDING', 'SENT', 'FAILED');
    CREATE TABLE "Notification" (
        id text PRIMARY KEY,
        "eventId" text NOT NULL,
        channel "NotificationChannel" NOT NULL,
        recipient text NOT NULL,
        status "NotificationStatus" NOT NULL DEFAULT 'PENDING',
        "retryCount" integer NOT NULL DEFAULT 0,
        "lastError" text,
        message text NOT NULL,
        "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
        "updatedAt" timestamp(3) NOT NULL
    );
    CREATE UNIQUE INDEX "Notification_eventId_channel_key" ON "Notification" ("eventId", channel);
    INSERT INTO "Notification" VALUES
    ('c1', 'signup-1', 'EMAIL', 'ada@example.com', 'SENT', 0, NULL, 'Grüße!',
        '2026-01-05 10:00:00.123', '2026-01-05 10:00:02.5'),
    ('c2', 'signup-1', 'SMS', '+15551234567', 'FAILED', 4, 'no route to +15551234567', 'Grüße!',
        '2026-01-05 10:00:00.124', '2026-01-05 10:00:09'),
    ('c3', 'alert-1', 'EMAIL', 'grace@example.com', 'PENDING', 1, 'busy', 'Look!',
        '2026-01-06 10:00:00', '2026-01-06 10:00:01'),
    ('c4', 'alert-2', 'EMAIL', 'nobody', 'FAILED', 0, NULL, 'Look!',
        '2026-01-06 10:00:00', '2026-01-06 10:00:01'),
    ('c5', 'alert-3', 'EMAIL', 'ada@example.com', 'SENT', 0, NULL, '',
        '2026-01-06 10:00:00', '2026-01-06 10:00:01')"""

COLUMNS = """id, "eventId", CAST(channel AS text), recipient, CAST(status AS text), "retryCount",
    "lastError", message, "createdAt", "updatedAt" """


@pytest.fixture
def original(empty: str, sql: Sql, run: Run) -> str:
    sql(*ORIGINAL.split(";\n"), "SELECT", url=empty)
    run(migrate(empty))
    return empty


@pytest.fixture
def taken(original: str, run: Run) -> Iterator[Taken]:
    database = Database(PostgresOptions(url=original))
    run(database.open())
    yield Taken(database, original, run)
    run(database.close())


class Taken:
    """The database after it, and the way to do it again."""

    def __init__(self, database: Database, url: str, run: Run) -> None:
        self.store = PostgresNotificationStore(database, DECODER)
        self.leases = PostgresLeases(database)
        self._history = PostgresNotificationHistory(database, DECODER, ("email", "sms"))
        self._url, self._run = url, run
        self.first = self.again()

    def again(self, *, resume_pending: bool = False) -> TakenOver:
        taken = self._run(
            take_over(self._url, DECODER, (EMAIL, SMS), now=NOW, resume_pending=resume_pending)
        )
        assert taken is not None
        return taken

    def chapter(self, event_id: str, channel: str) -> Chapter:
        story = self._run(self._history.story(event_id))
        [chapter] = [each for each in story if each.notification.channel == channel]
        return chapter

    def known(self) -> set[str]:
        return {each.event_id for each in self._run(self._history.latest(Query(), limit=99))}

    def accept(self, *newborn: Notification) -> list[bool]:
        """For each, whether somebody is told."""
        lease = self._run(self.leases.begin("worker-1", now=NOW))
        answers = self._run(self.store.accept(newborn, lease=lease))
        return [answer is None for answer in answers]


class TestTakingOver:
    def test_counts_what_it_found(self, taken: Taken) -> None:
        assert taken.first == TakenOver(
            sent=1, failed=2, resumed=0, unreadable=1, pending=[("alert-1", "email")]
        )

    def test_what_was_sent_is_sent(self, taken: Taken) -> None:
        notification = taken.chapter("signup-1", "email").notification
        assert notification.status is Status.SENT
        assert notification.id == notification_id("signup-1", "email")
        assert notification.recipient.address == "ada@example.com"
        assert notification.event.text == "Grüße!"
        assert notification.accepted_at == datetime(2026, 1, 5, 10, 0, 0, 123000, tzinfo=UTC)
        assert notification.since == datetime(2026, 1, 5, 10, 0, 2, 500000, tzinfo=UTC)

    def test_what_had_failed_has_failed_and_says_why(self, taken: Taken, sql: Sql) -> None:
        chapter = taken.chapter("signup-1", "sms")
        assert chapter.notification.failure is Failure.EXHAUSTED
        assert chapter.notification.attempt == 4
        assert [move.words for move in chapter.trail] == ["no route to ***"]
        assert [letter.reason for letter in chapter.dead_letters] == [Failure.EXHAUSTED]

    def test_nobody_is_told_again_of_a_dead_letter(
        self, taken: Taken, original: str, sql: Sql
    ) -> None:
        found = sql("SELECT published FROM dead_letters", url=original)
        assert found == [(True,), (True,)]

    @pytest.mark.parametrize(
        "repeated",
        [
            newborn(of=event("signup-1")),
            newborn(of=event("signup-1"), channel=SMS),
            newborn(of=event("alert-1")),
            newborn(of=event("alert-2")),
            newborn(of=event("alert-3")),
        ],
        ids=["sent", "failed", "pending", "no address", "no message"],
    )
    def test_nobody_is_told_again(self, taken: Taken, repeated: Notification) -> None:
        assert taken.accept(repeated, newborn("new-1")) == [False, True]

    def test_what_is_new_is_told(self, taken: Taken) -> None:
        assert taken.accept(newborn("alert-1", channel=SMS)) == [True]

    def test_pending_ones_are_told_if_that_is_wanted_also_later(
        self, taken: Taken, run: Run
    ) -> None:
        assert taken.again(resume_pending=True) == TakenOver(resumed=1, unreadable=1)
        notification = taken.chapter("alert-1", "email").notification
        assert notification.status is Status.PENDING
        assert notification.waiting_for is Wait.TURN
        lease = run(taken.leases.begin("worker-1", now=NOW))
        assert run(taken.store.claim("email", now=NOW, limit=9, lease=lease)) == [notification]
        assert taken.accept(newborn(of=event("alert-1"))) == [False]

    def test_changes_nothing_the_second_time(self, taken: Taken) -> None:
        before = taken.known()
        assert taken.again().pending == [("alert-1", "email")]
        assert taken.known() == before == {"signup-1", "alert-2"}
        assert taken.chapter("signup-1", "email").sightings == []

    def test_is_not_for_a_database_without_that_table(self, clean: str, run: Run) -> None:
        assert run(take_over(clean, DECODER, (EMAIL, SMS), now=NOW)) is None


class TestTheTableThatWas:
    def test_is_there_under_another_name(self, taken: Taken, original: str, sql: Sql) -> None:
        rows = sql('SELECT id FROM "Notification_before_tidings" ORDER BY id', url=original)
        assert [id_ for (id_,) in rows] == ["c1", "c2", "c3", "c4", "c5"]

    def test_reads_as_it_did(self, taken: Taken, original: str, sql: Sql) -> None:
        was = {
            row[1:4]: row[4:]
            for row in sql(f'SELECT {COLUMNS} FROM "Notification_before_tidings"', url=original)
        }
        reads = {
            row[1:4]: row[4:] for row in sql(f'SELECT {COLUMNS} FROM "Notification"', url=original)
        }
        key = ("signup-1", "EMAIL", "ada@example.com")
        assert reads[key] == was[key]
        assert set(reads) < set(was)

    def test_has_the_same_columns(self, taken: Taken, original: str, sql: Sql) -> None:
        columns = """SELECT attname, CAST(atttypid AS regtype), atttypmod FROM pg_attribute
            WHERE attrelid = '"{}"'::regclass AND attnum > 0 ORDER BY attnum"""
        is_now = sql(columns.format("Notification"), url=original)
        assert is_now == sql(columns.format("Notification_before_tidings"), url=original)

    def test_shows_what_is_new_in_the_three_statuses_it_had(
        self, taken: Taken, original: str, sql: Sql, run: Run
    ) -> None:
        lease = run(taken.leases.begin("worker-1", now=NOW))
        new = [begun("new-1"), begun("new-2", channel=SMS), failed("new-3"), begun("new-4")]
        run(taken.store.accept(new, lease=lease))
        run(taken.store.record([sent(new[0])], lease=lease))
        rows = sql(
            """SELECT "eventId", CAST(status AS text), message, "createdAt" FROM "Notification"
            WHERE "eventId" LIKE 'new-%' ORDER BY 1""",
            url=original,
        )
        statuses = ["SENT", "PENDING", "FAILED", "PENDING"]
        assert [row[1] for row in rows] == statuses
        assert {row[2] for row in rows} == {"Your parcel has arrived"}
        assert rows[0][3] - NOW.replace(tzinfo=None) < timedelta(milliseconds=1)

    def test_nobody_writes_to_it_any_more(self, taken: Taken, original: str, sql: Sql) -> None:
        with pytest.raises(Exception, match="cannot delete from view"):
            sql('DELETE FROM "Notification"', url=original)
