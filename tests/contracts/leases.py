"""What does every Leases keep to?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from application.errors import LeaseLost, StoreUnavailable
from domain.lease import LEASE_FOR
from tests.contracts.database import Database, DatabaseContract, Ports, same
from tests.contracts.given import MICROSECOND, NOW, SECOND
from tests.runner import Run, together


class LeasesContract(DatabaseContract):
    def test_a_new_lease_is_its_workers_and_over_lease_for_after_now(
        self, ports: Ports, run: Run
    ) -> None:
        lease = run(ports.leases.begin("wörker-1", now=NOW))
        assert lease.worker == "wörker-1"
        assert same(lease.until, NOW + LEASE_FOR)

    def test_a_new_lease_has_a_token_that_no_other_has_had(self, ports: Ports, run: Run) -> None:
        first = run(ports.leases.begin("worker-1", now=NOW))
        run(ports.leases.give_up(first, now=NOW))
        others = run(together(*(ports.leases.begin("worker-1", now=NOW) for _ in range(20))))
        assert len({first.token, *(lease.token for lease in others)}) == 21

    def test_a_renewed_lease_is_the_same_over_lease_for_after_now(
        self, ports: Ports, run: Run
    ) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        renewed = run(ports.leases.renew(lease, now=NOW + 20 * SECOND))
        assert same(renewed, replace(lease, until=NOW + 20 * SECOND + LEASE_FOR))

    def test_a_lease_is_renewed_up_to_the_microsecond_before_it_is_over(
        self, ports: Ports, run: Run
    ) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        last_moment = NOW + LEASE_FOR - MICROSECOND
        assert run(ports.leases.renew(lease, now=last_moment)).until == last_moment + LEASE_FOR

    def test_renewing_a_lease_that_is_over_raises_lease_lost(self, ports: Ports, run: Run) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        with pytest.raises(LeaseLost):
            run(ports.leases.renew(lease, now=NOW + LEASE_FOR))

    def test_what_counts_is_the_lease_as_it_was_renewed_last(self, ports: Ports, run: Run) -> None:
        first = run(ports.leases.begin("worker-1", now=NOW))
        run(ports.leases.renew(first, now=NOW + 20 * SECOND))
        again = run(ports.leases.renew(first, now=NOW + LEASE_FOR + SECOND))
        assert again == replace(first, until=NOW + SECOND + 2 * LEASE_FOR)
        with pytest.raises(LeaseLost):
            run(ports.leases.renew(replace(again, until=NOW + 9 * LEASE_FOR), now=again.until))

    def test_a_lease_that_is_over_stays_so(self, ports: Ports, run: Run) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        run(ports.leases.begin("worker-1", now=NOW + LEASE_FOR))
        for seconds in (0, 1, 3600):
            with pytest.raises(LeaseLost):
                run(ports.leases.renew(lease, now=NOW + LEASE_FOR + seconds * SECOND))

    def test_a_lease_that_was_given_up_stays_so(self, ports: Ports, run: Run) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        run(ports.leases.give_up(lease, now=NOW + SECOND))
        for seconds in (1, 2):
            with pytest.raises(LeaseLost):
                run(ports.leases.renew(lease, now=NOW + seconds * SECOND))

    def test_each_worker_has_its_own(self, ports: Ports, database: Database, run: Run) -> None:
        another = run(database.connect())
        mine = run(ports.leases.begin("worker-1", now=NOW))
        same_name = run(another.leases.begin("worker-1", now=NOW))
        run(ports.leases.give_up(mine, now=NOW))
        assert run(another.leases.renew(same_name, now=NOW)) == same_name

    def test_a_lease_lives_through_a_restart(
        self, ports: Ports, database: Database, run: Run
    ) -> None:
        lease = run(ports.leases.begin("worker-1", now=NOW))
        run(database.restart())
        after = run(database.connect())
        assert run(after.leases.renew(lease, now=NOW)) == lease

    @pytest.mark.parametrize("call", ["begin", "renew", "give_up"])
    def test_raises_store_unavailable(
        self, ports: Ports, database: Database, run: Run, call: str
    ) -> None:
        leases = ports.leases
        lease = run(leases.begin("worker-1", now=NOW))
        calls: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "begin": lambda: leases.begin("worker-1", now=NOW),
            "renew": lambda: leases.renew(lease, now=NOW),
            "give_up": lambda: leases.give_up(lease, now=NOW),
        }
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(calls[call]())
        run(database.come_back())
        assert run(leases.renew(lease, now=NOW)) == lease
