"""What does every Receipts keep to?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.errors import StoreUnavailable
from application.ports.receipts import Receipts
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Outcome, Unknown
from domain.receipt import Receipt, ReceiptVerdict
from tests.contracts.database import Database, DatabaseContract, Ports, Worker, same
from tests.contracts.given import (
    BY,
    EMAIL,
    MICROSECOND,
    NOW,
    SECOND,
    begun,
    failed,
    newborn,
    waiting,
)
from tests.runner import Run, together


def receipt(
    of: Notification,
    verdict: ReceiptVerdict = ReceiptVerdict.DELIVERED,
    *,
    generation: int = 1,
    attempt: int = 1,
    words: str = "said",
) -> Receipt:
    """With every field set, and hard on whoever rounds or quotes."""
    return Receipt(
        notification_id=of.id,
        generation=generation,
        attempt=attempt,
        verdict=verdict,
        provider_id="SM'ü",
        words=words,
        rule='twilio:"x" %s ? :y',
        received_at=NOW + MICROSECOND,
    )


def settled(notification: Notification, outcome: Outcome) -> Notification:
    return notification.settle(outcome, channel=EMAIL, now=NOW, by=BY, wake_at=NOW)


class ReceiptsContract(DatabaseContract):
    @pytest.fixture
    def receipts(self, ports: Ports) -> Receipts:
        return ports.receipts

    def test_what_is_kept_comes_back_the_same_in_that_order(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        worker.accept(failed("event-2"), failed("event-1"))
        first = [
            receipt(failed(f"event-{n}"), verdict) for verdict in ReceiptVerdict for n in (2, 1)
        ]
        bare = replace(receipt(failed(), attempt=2), provider_id=None, words="", rule="")
        run(receipts.keep(first))
        run(receipts.keep([bare]))
        assert same(list(run(receipts.ripe(limit=9))), [*first, bare])
        assert list(run(receipts.ripe(limit=2))) == first[:2]

    def test_two_with_the_same_verdict_on_the_same_hand_over_are_one_the_first(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        worker.accept(failed())
        first = receipt(failed(), words="first")
        run(receipts.keep([first, receipt(failed(), words="second")]))
        run(receipts.keep([receipt(failed(), words="third")]))
        others = [
            receipt(failed(), generation=2),
            receipt(failed(), attempt=2),
            receipt(failed(), ReceiptVerdict.TAKEN),
        ]
        run(receipts.keep(others))
        assert list(run(receipts.ripe(limit=9))) == [first, *others]

    @pytest.mark.parametrize(
        ("outcome", "is_ripe"),
        [
            pytest.param(Accepted(), True, id="taken"),
            pytest.param(Unknown(reason="lost"), True, id="in doubt"),
            pytest.param(Deferred(reason="busy"), False, id="to be tried again"),
        ],
    )
    def test_is_ripe_once_its_notification_has_an_outcome(
        self, worker: Worker, receipts: Receipts, run: Run, outcome: Outcome, is_ripe: bool
    ) -> None:
        worker.accept(begun())
        run(receipts.keep([receipt(begun())]))
        assert not run(receipts.ripe(limit=9))
        worker.record(settled(begun(), outcome))
        assert list(run(receipts.ripe(limit=9))) == [receipt(begun())] * is_ripe

    def test_is_not_ripe_while_it_waits_for_its_hand_over(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        worker.accept(waiting(until=NOW + SECOND))
        run(receipts.keep([receipt(waiting())]))
        assert not run(receipts.ripe(limit=9))

    def test_is_not_ripe_while_its_notification_is_in_somebodys_hand(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        worker.accept(begun())
        worker.record(settled(begun(), Unknown(reason="lost")))
        run(receipts.keep([receipt(begun())]))
        [claimed] = worker.claim()
        assert not run(receipts.ripe(limit=9))
        worker.record(claimed)
        assert list(run(receipts.ripe(limit=9))) == [receipt(begun())]

    def test_what_is_not_ripe_stands_in_nobodys_way(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        worker.accept(begun("event-1"), failed("event-2"))
        early, ripe = receipt(begun("event-1")), receipt(failed("event-2"))
        run(receipts.keep([early, ripe]))
        assert list(run(receipts.ripe(limit=1))) == [ripe]

    def test_is_ripe_if_its_notification_is_not_known(self, receipts: Receipts, run: Run) -> None:
        run(receipts.keep([receipt(newborn())]))
        assert list(run(receipts.ripe(limit=9))) == [receipt(newborn())]

    def test_what_is_settled_is_not_there_any_more(
        self, worker: Worker, receipts: Receipts, run: Run
    ) -> None:
        kept = [receipt(newborn(), attempt=attempt) for attempt in (1, 2, 3)]
        run(receipts.keep(kept))
        run(receipts.settle([kept[0], kept[2]]))
        assert list(run(receipts.ripe(limit=9))) == [kept[1]]

    def test_settling_what_is_not_there_changes_nothing(self, receipts: Receipts, run: Run) -> None:
        one = receipt(newborn())
        run(receipts.keep([one]))
        others = [
            receipt(newborn("event-2")),
            receipt(newborn(), generation=2),
            receipt(newborn(), attempt=2),
            receipt(newborn(), ReceiptVerdict.TAKEN),
        ]
        run(receipts.settle(others))
        run(receipts.settle([]))
        run(receipts.keep([]))
        assert list(run(receipts.ripe(limit=9))) == [one]

    def test_any_number_of_workers_may_keep_look_and_settle_at_once(
        self, worker: Worker, another: Worker, run: Run
    ) -> None:
        one, other = worker.ports.receipts, another.ports.receipts
        kept = [receipt(newborn(), attempt=attempt) for attempt in range(20)]
        run(together(one.keep(kept), other.keep(kept[::-1])))
        found = list(run(other.ripe(limit=99)))
        assert sorted(found, key=lambda each: each.attempt) == kept
        run(together(one.settle(kept), other.settle(kept[::-1])))
        assert not run(one.ripe(limit=99))

    def test_durable_when_it_returns(
        self, receipts: Receipts, database: Database, run: Run
    ) -> None:
        kept = [receipt(newborn(), attempt=attempt) for attempt in (1, 2)]
        run(receipts.keep(kept))
        run(receipts.settle(kept[:1]))
        run(database.restart())
        after = run(database.connect()).receipts
        assert list(run(after.ripe(limit=9))) == kept[1:]

    def test_raises_store_unavailable(
        self, receipts: Receipts, database: Database, run: Run
    ) -> None:
        run(database.go_away())
        for call in (
            receipts.keep([receipt(newborn())]),
            receipts.ripe(limit=9),
            receipts.settle([receipt(newborn())]),
        ):
            with pytest.raises(StoreUnavailable):
                run(call)
