"""What does every DeadLetterOutbox keep to?"""

from __future__ import annotations

import pytest

from application.errors import StoreUnavailable
from application.ports.dead_letter_outbox import DeadLetterOutbox
from domain.dead_letter import Settled, Settlement
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.dead_letters import of_notification, unreadable
from tests.contracts.given import BY, NOW, failed
from tests.runner import Run


class DeadLetterOutboxContract(DatabaseContract):
    """For databases whose ports have an `outbox`."""

    @pytest.fixture
    def outbox(self, ports: Ports) -> DeadLetterOutbox:
        assert ports.outbox is not None
        return ports.outbox

    def test_every_dead_letter_is_in_it_oldest_first(
        self, ports: Ports, outbox: DeadLetterOutbox, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(3), of_notification(), unreadable(11)]))
        run(ports.dead_letters.add([unreadable(2)]))
        unpublished = list(run(outbox.unpublished(limit=9)))
        assert same(unpublished, [of_notification(), *map(unreadable, (2, 3, 11))])
        assert list(run(outbox.unpublished(limit=2))) == unpublished[:2]

    def test_what_a_failed_notification_leaves_behind_is_in_it_too(
        self, worker: Worker, outbox: DeadLetterOutbox, run: Run
    ) -> None:
        worker.accept(failed())
        assert list(run(outbox.unpublished(limit=9))) == [failed().dead_letter()]

    def test_a_settled_one_is_in_it_all_the_same(
        self, ports: Ports, outbox: DeadLetterOutbox, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable()]))
        settlement = Settlement(how=Settled.DISCARDED, at=NOW, by=BY, why="seen")
        run(ports.dead_letters.settle([unreadable().id], settlement))
        assert [each.id for each in run(outbox.unpublished(limit=9))] == [unreadable().id]

    def test_what_is_marked_is_not_in_it(
        self, ports: Ports, outbox: DeadLetterOutbox, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(1), unreadable(2), unreadable(3)]))
        run(outbox.mark_published([unreadable(1).id, unreadable(3).id]))
        assert list(run(outbox.unpublished(limit=9))) == [unreadable(2)]
        run(ports.dead_letters.add([unreadable(1)]))
        assert list(run(outbox.unpublished(limit=9))) == [unreadable(2)]

    def test_marking_again_or_what_is_not_there_changes_nothing(
        self, ports: Ports, outbox: DeadLetterOutbox, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(1), unreadable(2)]))
        for ids in ([unreadable(1).id], [unreadable(1).id, of_notification().id], []):
            run(outbox.mark_published(ids))
        assert list(run(outbox.unpublished(limit=9))) == [unreadable(2)]

    def test_durable_when_it_returns(
        self, ports: Ports, outbox: DeadLetterOutbox, database: Database, run: Run
    ) -> None:
        run(ports.dead_letters.add([unreadable(1), unreadable(2)]))
        run(outbox.mark_published([unreadable(1).id]))
        run(database.restart())
        after = run(database.connect()).outbox
        assert after is not None
        assert list(run(after.unpublished(limit=9))) == [unreadable(2)]

    def test_raises_store_unavailable(
        self, outbox: DeadLetterOutbox, database: Database, run: Run
    ) -> None:
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(outbox.unpublished(limit=9))
        with pytest.raises(StoreUnavailable):
            run(outbox.mark_published([unreadable().id]))
