"""Is every dead letter in the outbox until somebody was told of it?"""

from __future__ import annotations

import pytest

from adapters.postgres.database import Database
from adapters.postgres.dead_letter_outbox import PostgresDeadLetterOutbox
from adapters.postgres.dead_letters import PostgresDeadLetters
from adapters.postgres.notification_store import PostgresNotificationStore
from tests.contracts.dead_letters import unreadable
from tests.contracts.given import DECODER, failed
from tests.runner import Run


@pytest.fixture
def outbox(database: Database) -> PostgresDeadLetterOutbox:
    return PostgresDeadLetterOutbox(database)


class TestTheOutbox:
    def test_has_the_oldest_first(
        self, database: Database, outbox: PostgresDeadLetterOutbox, run: Run
    ) -> None:
        run(PostgresDeadLetters(database).add([unreadable(3), unreadable(1), unreadable(2)]))
        assert run(outbox.unpublished(limit=2)) == [unreadable(1), unreadable(2)]

    def test_has_what_a_failed_notification_leaves_behind(
        self, database: Database, outbox: PostgresDeadLetterOutbox, run: Run
    ) -> None:
        run(PostgresNotificationStore(database, DECODER).accept([failed()], lease=None))
        assert run(outbox.unpublished(limit=9)) == [failed().dead_letter()]

    def test_has_nothing_that_was_marked(
        self, database: Database, outbox: PostgresDeadLetterOutbox, run: Run
    ) -> None:
        letters = PostgresDeadLetters(database)
        run(letters.add([unreadable(1), unreadable(2)]))
        for _ in range(2):
            run(outbox.mark_published([unreadable(1).id, unreadable(9).id]))
        run(letters.add([unreadable(1)]))
        assert run(outbox.unpublished(limit=9)) == [unreadable(2)]
