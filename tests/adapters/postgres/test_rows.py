"""Do rows hold whatever a provider says?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.postgres.database import Database
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.notification_history import PostgresNotificationHistory
from adapters.postgres.notification_store import PostgresNotificationStore
from adapters.postgres.page import page
from adapters.postgres.rows import DEAD_LETTER_OUTLINE_COLUMNS
from application.ports.notification_history import Query
from tests.contracts.given import DECODER, NOW, begun
from tests.contracts.notification_store import sent
from tests.runner import Run


class TestWordsThatAreNoText:
    @pytest.mark.parametrize(
        ("said", "kept"), [("<\x00@a>", "<\ufffd@a>"), ("<\udcff@a>", "<?@a>"), ("<ü>", "<ü>")]
    )
    def test_do_not_lose_the_outcome(
        self, database: Database, run: Run, said: str, kept: str
    ) -> None:
        store = PostgresNotificationStore(database, DECODER)
        lease = run(PostgresLeases(database).begin("worker-1", now=NOW))
        run(store.accept([begun()], lease=lease))
        told = replace(sent(begun()), provider_id=said)
        assert run(store.record([told], lease=lease)) == [told]
        history = PostgresNotificationHistory(database, DECODER, ("email", "sms"))
        found = run(history.find([told.id]))
        assert found[told.id].provider_id == kept


class TestAList:
    def test_reads_no_body(self) -> None:
        statement, _ = page(Query(), channels=("email", "sms"), limit=9, after=None)
        assert "body" not in statement + DEAD_LETTER_OUTLINE_COLUMNS
