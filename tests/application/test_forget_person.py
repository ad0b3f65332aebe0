"""Is a person forgotten bit by bit, without a trace of who did it ever missing?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import pytest

from adapters.memory.audit_log import MemoryAuditLog
from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.notification_history import MemoryNotificationHistory
from adapters.memory.personal_data import MemoryPersonalData
from application.errors import StoreUnavailable
from application.forget_person import ForgetOrder, ForgetPerson, Trace, Traces
from application.ports.copies import Copies
from domain.lease import Lease
from domain.notification import Notification
from domain.person import Person
from domain.recipient import Recipient
from domain.status import Status
from tests.application.given import HurdledStore, Hurdles
from tests.builders import an_id, at
from tests.contracts.given import ADDRESSES, NOW, begun, failed, waiting
from tests.runner import Run

ADA = Person(recipients=(Recipient(address=ADDRESSES["email"], key=ADDRESSES["email"]),))
MANY = 600  #: events, so that they come in several batches


class WatchedHistory(MemoryNotificationHistory):
    def __init__(self, database: Database, steps: list[str]) -> None:
        super().__init__(database)
        self._steps = steps

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        self._steps.append("read")
        return await super().find(ids)


class WatchedStore(HurdledStore):
    def __init__(self, database: Database, hurdles: Hurdles, steps: list[str]) -> None:
        super().__init__(database, hurdles)
        self._steps = steps

    async def revise(self, notifications: Sequence[Notification]) -> Sequence[Notification]:
        self._steps.append("withdraw")
        return await super().revise(notifications)


class HurdledPersonalData(MemoryPersonalData):
    def __init__(self, database: Database, hurdles: Hurdles) -> None:
        super().__init__(database)
        self._hurdles = hurdles

    async def erase(self, forgotten: Sequence[Notification]) -> Sequence[Notification]:
        await self._hurdles.passing("erase")
        return await super().erase(forgotten)


class CountedCopies(Copies):
    """One of each event."""

    def __init__(self, hurdles: Hurdles) -> None:
        self._hurdles = hurdles

    async def erase(self, event_ids: Collection[str]) -> int:
        await self._hurdles.passing("look through the copies")
        return len(event_ids)


class Forgetting:
    """Of Ada, on the twins."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.database = Database()
        self.hurdles = Hurdles()
        self.steps: list[str] = []
        self.store = WatchedStore(self.database, self.hurdles, self.steps)
        self.audit_log = MemoryAuditLog(self.database)
        self.forget_person = ForgetPerson(
            channels=["email", "sms"],
            history=WatchedHistory(self.database, self.steps),
            store=self.store,
            personal_data=HurdledPersonalData(self.database, self.hurdles),
            copies=CountedCopies(self.hurdles),
            audit_log=self.audit_log,
            clock=MemoryClock(NOW),
        )

    def keep(self, *notifications: Notification) -> None:
        lease = Lease(token=an_id(), worker="worker-1", until=at(60))
        self._run(self.store.accept(notifications, lease=lease))

    def forget(self, *, withdraw: bool = False) -> tuple[Traces, Traces]:
        order = ForgetOrder(act=an_id(), by="Linus", why="asked by letter", withdraw=withdraw)
        return self._run(self.forget_person(ADA, order))

    @property
    def audited(self) -> list[str]:
        return [entry.words for entry in self._run(self.audit_log.latest(limit=9))][::-1]

    @property
    def statuses(self) -> set[Status]:
        return {each.status for each in self.database.notifications.values()}


@pytest.fixture
def forgetting(run: Run) -> Forgetting:
    return Forgetting(run)


class TestTheAuditLog:
    def test_has_it_before_anything_is_erased(self, forgetting: Forgetting) -> None:
        forgetting.keep(*(failed(f"event-{number}") for number in range(MANY)))
        forgetting.hurdles.fail("erase", after=1)
        with pytest.raises(StoreUnavailable):
            forgetting.forget()
        assert forgetting.audited == ["600 notifications to erase: asked by letter"]
        erased, left = forgetting.forget()
        assert (erased[Trace.NOTIFICATION], left) == (MANY - 250, {})
        assert forgetting.audited[1:] == ["350 notifications to erase: asked by letter"]

    def test_has_it_before_anything_is_withdrawn(self, forgetting: Forgetting) -> None:
        forgetting.keep(waiting())
        forgetting.hurdles.fail("revise")
        with pytest.raises(StoreUnavailable):
            forgetting.forget(withdraw=True)
        assert forgetting.audited == ["1 notifications to erase: asked by letter"]

    @pytest.mark.parametrize("in_the_way", [[], [waiting()], [begun()]])
    def test_has_nothing_where_nothing_is_done(
        self, forgetting: Forgetting, in_the_way: Sequence[Notification]
    ) -> None:
        forgetting.keep(*in_the_way)
        assert not forgetting.forget()[0]
        assert forgetting.audited == []


class TestWhatIsStillToBeTold:
    def test_is_withdrawn_batch_by_batch(self, forgetting: Forgetting) -> None:
        forgetting.keep(*(waiting(f"event-{number}") for number in range(MANY)))
        erased, _ = forgetting.forget(withdraw=True)
        assert erased[Trace.NOTIFICATION] == MANY
        assert "read withdraw read withdraw read withdraw" in " ".join(forgetting.steps)

    def test_is_left_whole_if_even_the_last_is_being_told(self, forgetting: Forgetting) -> None:
        forgetting.keep(*(waiting(f"event-{number}") for number in range(MANY)), begun("last"))
        erased, left = forgetting.forget(withdraw=True)
        assert (erased, left) == ({}, {Trace.WAITING: MANY, Trace.BEING_TOLD: 1})
        assert forgetting.statuses == {Status.PENDING, Status.SENDING}


class TestTheCopies:
    def test_are_looked_through_once(self, forgetting: Forgetting) -> None:
        forgetting.keep(*(failed(f"event-{number}") for number in range(MANY)))
        erased, _ = forgetting.forget()
        assert erased[Trace.COPY] == MANY
        assert forgetting.hurdles.calls["look through the copies"] == 1
