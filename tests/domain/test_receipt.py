"""Where does the provider's later word lead, and what does it never change?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failure import Failure
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Rejected, Unknown
from domain.receipt import RECEIPT_WAYS, TOO_EARLY, Receipt, ReceiptVerdict
from domain.status import TRANSITIONS, Status
from domain.uncertainty import SMS_UNCERTAINTY_WITH_RESENDS
from tests.builders import (
    GRACE,
    WORKER,
    a_begun_notification,
    a_held_notification,
    a_receipt,
    at,
    sms_channel,
)

TAKEN, DELIVERED, UNDELIVERED = ReceiptVerdict
SMS = sms_channel(uncertainty_policy=SMS_UNCERTAINTY_WITH_RESENDS)
#: The promise, written out apart from the code; what is not in it leads nowhere.
PROMISED = {
    (Status.UNCERTAIN, TAKEN): [Status.SENT],
    (Status.UNCERTAIN, DELIVERED): [Status.SENT, Status.DELIVERED],
    (Status.UNCERTAIN, UNDELIVERED): [Status.SENT, Status.FAILED],
    (Status.SENT, DELIVERED): [Status.DELIVERED],
    (Status.SENT, UNDELIVERED): [Status.FAILED],
}
EVERY = list(product(Status, ReceiptVerdict))


def received(notification: Notification, *receipts: Receipt) -> list[Notification]:
    """Itself, and then after each move that they lead to."""
    moves = [notification]
    for receipt in receipts:
        while (moved := moves[-1].receive(receipt, now=at(9), by="a receipt")) is not None:
            moves.append(moved)
    return moves


def begun() -> Notification:
    return a_begun_notification(channel=SMS)


def uncertain() -> Notification:
    return settled(begun(), Unknown(reason="lost"))


def sent() -> Notification:
    return settled(begun(), Accepted(provider_id="SM0"))


def settled(
    notification: Notification, outcome: Accepted | Deferred | Rejected | Unknown
) -> Notification:
    return notification.settle(outcome, channel=SMS, now=at(1), by=WORKER, wake_at=at())


def sent_again() -> Notification:
    """In doubt, and then handed over for the second time."""
    paced = uncertain().send_again(channel=SMS, now=at(2), by="Linus", why="she waits")
    return paced.begin(now=at(3), by=WORKER)


def replayed() -> Notification:
    failed = settled(begun(), Rejected(reason="no"))
    waiting = failed.replay(
        recipient=failed.recipient, due_at=at(2), now=at(2), by="Linus", why="it is mended"
    )
    return settled(waiting.begin(now=at(3), by=WORKER), Accepted(provider_id="SM2"))


IN_STATUS: Mapping[Status, Callable[[], Notification]] = {
    Status.PENDING: lambda: a_held_notification(channel=SMS),
    Status.SENDING: begun,
    Status.RETRYING: lambda: settled(begun(), Deferred(reason="busy")),
    Status.UNCERTAIN: uncertain,
    Status.SENT: sent,
    Status.DELIVERED: lambda: received(sent(), a_receipt(DELIVERED, of=sent()))[-1],
    Status.FAILED: lambda: settled(begun(), Rejected(reason="no")),
}


class TestTheTable:
    def test_answers_for_every_status_and_verdict(self) -> None:
        assert {(s, v) for s, ways in RECEIPT_WAYS.items() for v in ways} == set(EVERY)

    def test_leads_only_where_the_table_of_statuses_does(self) -> None:
        for before, verdict in EVERY:
            after = RECEIPT_WAYS[before][verdict]
            assert after is None or after in TRANSITIONS[before]

    def test_calls_early_what_its_hand_over_can_still_move(self) -> None:
        waits = {status for status in Status if not status.is_final} - {Status.UNCERTAIN}
        assert waits == TOO_EARLY


class TestAReceipt:
    @pytest.mark.parametrize(("status", "verdict"), EVERY)
    def test_leads_where_it_should_and_nowhere_else(
        self, status: Status, verdict: ReceiptVerdict
    ) -> None:
        notification = IN_STATUS[status]()
        first, *moved = received(notification, a_receipt(verdict, of=notification))
        assert [each.status for each in moved] == PROMISED.get((status, verdict), [])
        numbers = [each.last_move.number - first.last_move.number for each in moved]
        assert numbers == list(range(1, len(moved) + 1))

    @pytest.mark.parametrize("status", Status)
    def test_is_too_early_until_there_is_an_outcome(self, status: Status) -> None:
        notification = IN_STATUS[status]()
        is_early = status in {Status.PENDING, Status.SENDING, Status.RETRYING}
        assert notification.is_too_early_for(a_receipt(of=notification)) is is_early

    def test_that_it_did_not_arrive_leaves_a_dead_letter(self) -> None:
        [*_, failed] = received(sent(), a_receipt(UNDELIVERED, of=sent(), words="error 30003"))
        letter = failed.dead_letter()
        assert failed.failure is Failure.UNDELIVERED
        assert letter is not None
        assert (letter.reason, letter.error) == ("undelivered", "error 30003")

    def test_has_its_words_masked(self) -> None:
        [*_, arrived] = received(sent(), a_receipt(of=sent(), words=f"to {GRACE}"))
        assert arrived.last_move.words == "to ***"


class TestAReceiptOfAnotherHandOver:
    @pytest.mark.parametrize("verdict", ReceiptVerdict)
    @pytest.mark.parametrize("generation", [1, 3])
    def test_of_another_life_changes_nothing(
        self, verdict: ReceiptVerdict, generation: int
    ) -> None:
        assert replayed().generation == 2
        receipt = a_receipt(verdict, of=replayed(), generation=generation)
        assert received(replayed(), receipt) == [replayed()]

    def test_of_another_life_is_never_awaited(self) -> None:
        held = replace(begun(), last_move=replace(begun().last_move, generation=2))
        assert not held.is_too_early_for(a_receipt(of=held, generation=1))
        assert held.is_too_early_for(a_receipt(of=held))

    @pytest.mark.parametrize("outcome", [Accepted(provider_id="SM2"), Unknown(reason="lost")])
    def test_before_the_latest_tells_when_it_arrived(self, outcome: Accepted | Unknown) -> None:
        notification = settled(sent_again(), outcome)
        assert notification.attempt == 2
        [*_, arrived] = received(notification, a_receipt(of=notification, attempt=1))
        assert arrived.status is Status.DELIVERED

    @pytest.mark.parametrize("verdict", [TAKEN, UNDELIVERED])
    @pytest.mark.parametrize("outcome", [Accepted(provider_id="SM2"), Unknown(reason="lost")])
    @pytest.mark.parametrize("attempt", [1, 3])
    def test_tells_nothing_else_of_the_copy_under_way(
        self, verdict: ReceiptVerdict, outcome: Accepted | Unknown, attempt: int
    ) -> None:
        notification = settled(sent_again(), outcome)
        receipt = a_receipt(verdict, of=notification, attempt=attempt)
        assert received(notification, receipt) == [notification]


class TestReceiptsInAnyOrder:
    """A provider says at last that it arrived, or that it did not, never both."""

    @pytest.mark.parametrize("start", [uncertain, sent], ids=["in doubt", "taken"])
    @pytest.mark.parametrize(
        ("last_word", "end"), [(DELIVERED, Status.DELIVERED), (UNDELIVERED, Status.FAILED)]
    )
    @given(data=st.data())
    def test_end_in_the_same_status(
        self,
        start: Callable[[], Notification],
        last_word: ReceiptVerdict,
        end: Status,
        data: st.DataObject,
    ) -> None:
        notification = start()
        verdicts = data.draw(_said(TAKEN, last_word))
        moves = received(notification, *(a_receipt(each, of=notification) for each in verdicts))
        assert moves[-1].status is (end if last_word in verdicts else Status.SENT)
        assert len({move.status for move in moves}) == len(moves)

    @given(data=st.data())
    def test_of_two_hand_overs_end_in_arrived_if_either_did(self, data: st.DataObject) -> None:
        notification = settled(sent_again(), Accepted(provider_id="SM2"))
        said = data.draw(
            st.permutations([(1, TAKEN), (1, DELIVERED), (2, TAKEN), (1, DELIVERED), (1, TAKEN)])
        )
        receipts = [a_receipt(v, of=notification, attempt=attempt) for attempt, v in said]
        assert received(notification, *receipts)[-1].status is Status.DELIVERED


def _said(*verdicts: ReceiptVerdict) -> st.SearchStrategy[Sequence[ReceiptVerdict]]:
    return st.lists(st.sampled_from(verdicts), min_size=1, max_size=8)
