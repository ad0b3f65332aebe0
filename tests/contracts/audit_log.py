"""What does every AuditLog keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from application.errors import StoreUnavailable
from application.ports.audit_log import AuditLog
from domain.audit import Action, AuditEntry
from tests.contracts.database import Database, DatabaseContract, Ports, same
from tests.contracts.given import MICROSECOND, NOW
from tests.runner import Run, together


def entry(number: int = 1, *, action: Action = Action.LANE_PAUSED, words: str = "") -> AuditEntry:
    return AuditEntry(
        at=NOW + number * MICROSECOND, by="Lïnus", action=action, about=f"'{number}'", words=words
    )


class AuditLogContract(DatabaseContract):
    @pytest.mark.parametrize("action", Action)
    def test_every_field_comes_back(self, ports: Ports, run: Run, action: Action) -> None:
        whole = entry(action=action, words='weil\'s "so" ist \U0001f469 %s ;--\n')
        run(ports.audit_log.append([whole]))
        assert same(list(run(ports.audit_log.latest(limit=9))), [whole])

    def test_the_last_ones_appended_come_newest_first(self, ports: Ports, run: Run) -> None:
        run(ports.audit_log.append([entry(5), entry(2)]))
        run(ports.audit_log.append([entry(3)]))
        assert list(run(ports.audit_log.latest(limit=2))) == [entry(3), entry(2)]

    def test_equal_ones_are_both_kept(self, ports: Ports, run: Run) -> None:
        """Who did the same twice did it twice."""
        run(ports.audit_log.append([entry(), entry()]))
        run(ports.audit_log.append([entry()]))
        assert list(run(ports.audit_log.latest(limit=9))) == [entry()] * 3

    def test_appending_nothing_changes_nothing(self, ports: Ports, run: Run) -> None:
        run(ports.audit_log.append([]))
        assert list(run(ports.audit_log.latest(limit=9))) == []

    def test_many_append_at_once_and_none_is_lost(
        self, ports: Ports, database: Database, run: Run
    ) -> None:
        another = run(database.connect())
        logs = [ports.audit_log, another.audit_log] * 10
        run(together(*(log.append([entry(n)]) for n, log in enumerate(logs))))
        found = run(ports.audit_log.latest(limit=99))
        assert sorted(each.at for each in found) == [entry(n).at for n in range(20)]

    def test_is_durable_when_it_returns(self, database: Database, ports: Ports, run: Run) -> None:
        run(ports.audit_log.append([entry()]))
        run(database.restart())
        again = run(database.connect())
        assert list(run(again.audit_log.latest(limit=9))) == [entry()]

    @pytest.mark.parametrize(
        "call",
        [lambda log: log.append([entry()]), lambda log: log.latest(limit=9)],
        ids=["append", "latest"],
    )
    def test_a_store_that_is_away_raises_store_unavailable(
        self,
        database: Database,
        ports: Ports,
        run: Run,
        call: Callable[[AuditLog], Coroutine[Any, Any, object]],
    ) -> None:
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(call(ports.audit_log))
        run(database.come_back())
        assert list(run(ports.audit_log.latest(limit=9))) == []
