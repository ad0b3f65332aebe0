"""Is what was settled long ago forgotten, and nobody told of it again?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.database import Database
from adapters.postgres.dead_letters import PostgresDeadLetters
from adapters.postgres.lane_control import PostgresLaneControl
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.notification_history import PostgresNotificationHistory
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.personal_data import PostgresPersonalData
from adapters.postgres.prune import prune
from adapters.postgres.receipts import PostgresReceipts
from domain.dead_letter import Settled, Settlement
from domain.lease import Lease
from domain.notification import Notification
from domain.repeat import Repeat
from domain.status import Status
from tests.adapters.postgres.conftest import Sql
from tests.contracts.database import Ports, Worker
from tests.contracts.given import DECODER, NOW, SECOND, again, begun, failed, newborn, waiting
from tests.contracts.notification_store import sent
from tests.runner import Run, together

DAY = timedelta(days=1)
LATER = NOW + 90 * DAY
TABLES = ("notifications", "states", "trail", "sightings", "dead_letters")


@pytest.fixture
def worker(database: Database, run: Run) -> Worker:
    ports = Ports(
        store=PostgresNotificationStore(database, DECODER),
        leases=PostgresLeases(database),
        history=PostgresNotificationHistory(database, DECODER, ("email", "sms")),
        dead_letters=PostgresDeadLetters(database),
        receipts=PostgresReceipts(database),
        audit_log=PostgresAuditLog(database),
        lane_control=PostgresLaneControl(database),
        personal_data=PostgresPersonalData(database),
    )
    return Worker(ports, run, "worker-1")


class Pruning:
    def __init__(self, database: Database, run: Run) -> None:
        self._database, self._run = database, run

    def __call__(self, *, older_than: timedelta = 30 * DAY, batch: int = 500) -> int:
        return self._run(prune(self._database, now=LATER, older_than=older_than, batch=batch))


@pytest.fixture
def pruned(database: Database, run: Run) -> Pruning:
    return Pruning(database, run)


def told(worker: Worker, event_id: str = "event-1") -> Notification:
    worker.accept(begun(event_id))
    worker.record(sent(begun(event_id)))
    return sent(begun(event_id))


class TestPruning:
    def test_leaves_nothing_but_the_key(self, worker: Worker, pruned: Pruning, sql: Sql) -> None:
        first = told(worker)
        worker.accept(again(first, offset=7))
        assert pruned() == 1
        assert {table: sql(f"SELECT FROM {table}") for table in TABLES} == {
            table: [] for table in TABLES
        }
        assert sql("SELECT id, digest FROM past_keys") == [(first.id, first.event.digest)]

    def test_goes_batch_by_batch_to_the_end(self, worker: Worker, pruned: Pruning) -> None:
        many = [newborn(f"event-{n}", now=NOW + n * SECOND) for n in range(12)]
        worker.accept(*many)
        worker.record(*map(sent, many[:5]), *map(sent, many[6:]))
        assert pruned(batch=3) == 11
        assert [each.event.id for each in worker.known()] == ["event-5"]

    def test_keeps_what_was_settled_lately(self, worker: Worker, pruned: Pruning) -> None:
        first = told(worker)
        settled_for = LATER - first.since
        assert pruned(older_than=settled_for) == 0
        assert pruned(older_than=settled_for - SECOND) == 1

    def test_keeps_what_is_not_settled(self, worker: Worker, pruned: Pruning) -> None:
        worker.accept(begun("event-1"), waiting("event-2"))
        assert pruned() == 0
        assert len(worker.known()) == 2

    def test_keeps_what_somebody_has_still_to_decide_about(
        self, worker: Worker, pruned: Pruning, sql: Sql, run: Run
    ) -> None:
        worker.accept(failed())
        sql("UPDATE dead_letters SET published = true")
        assert pruned() == 0
        letter = failed().dead_letter()
        assert letter is not None
        seen = Settlement(how=Settled.DISCARDED, at=NOW, by="ada", why="a test")
        run(worker.ports.dead_letters.settle([letter.id], seen))
        assert pruned() == 1

    def test_keeps_a_dead_letter_that_nobody_was_told_of(
        self, worker: Worker, pruned: Pruning, sql: Sql
    ) -> None:
        worker.accept(failed())
        sql("UPDATE dead_letters SET settled_as = 'discarded'")
        assert pruned() == 0

    def test_may_be_begun_again_after_it_was_cut_off(
        self, worker: Worker, pruned: Pruning, sql: Sql
    ) -> None:
        """Its keys were durable, and nothing had gone."""
        first = told(worker)
        sql(
            f"""INSERT INTO past_keys SELECT id, accepted_at, 'SENT', digest FROM notifications
            WHERE id = '{first.id}'"""
        )
        [standing] = worker.accept(again(first, offset=7))
        assert standing is not None
        assert standing.origin == first.origin
        assert pruned() == 1

    def test_beside_a_lane_takes_nothing_from_it(
        self, worker: Worker, database: Database, run: Run
    ) -> None:
        old = [begun(f"old-{n}") for n in range(60)]
        worker.accept(*old)
        worker.record(*map(sent, old))

        async def lane() -> int:
            return sum([await turn(worker.ports, worker.lease, number) for number in range(30)])

        pruning = prune(database, now=LATER, older_than=30 * DAY, batch=7)
        assert run(together(lane(), pruning)) == [30, 60]


async def turn(ports: Ports, lease: Lease, number: int) -> int:
    new = newborn(f"new-{number}", now=LATER)
    await ports.store.accept([new], lease=lease)
    return len(await ports.store.record([sent(new)], lease=lease))


class TestWhatWasPruned:
    def test_tells_nobody_when_it_comes_again(self, worker: Worker, pruned: Pruning) -> None:
        first = told(worker)
        pruned()
        new = begun("event-2")
        standing, added = worker.accept(begun(), new)
        assert added is None
        assert standing is not None
        assert standing.notification_id == first.id
        assert standing.accepted_at == first.accepted_at
        assert standing.status is Status.SENT
        assert standing.is_long_settled(LATER, span=DAY)
        assert worker.known() == [new]

    @pytest.mark.parametrize(
        ("words", "kind"), [(None, Repeat.DUPLICATE), ("Another thing", Repeat.CONFLICT)]
    )
    def test_is_known_by_its_digest(
        self, worker: Worker, pruned: Pruning, words: str | None, kind: Repeat
    ) -> None:
        first = told(worker)
        pruned()
        new = again(first, text=words)
        [standing] = worker.accept(new)
        assert standing is not None
        assert standing.compare(position=new.origin, digest=new.event.digest) is kind

    def test_has_no_story(self, worker: Worker, pruned: Pruning, sql: Sql, run: Run) -> None:
        first = told(worker)
        pruned()
        worker.accept(again(first, offset=7, text="Another thing"))
        assert list(run(worker.ports.history.story("event-1"))) == []
        assert sql("SELECT FROM sightings") == []
