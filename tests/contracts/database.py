"""How do the contracts of what lies in one database meet it, and as which workers?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from application.ports.api_keys import ApiKeys
from application.ports.audit_log import AuditLog
from application.ports.dead_letter_outbox import DeadLetterOutbox
from application.ports.dead_letters import DeadLetters
from application.ports.lane_control import LaneControl
from application.ports.leases import Leases
from application.ports.notification_history import Chapter, NotificationHistory, Query
from application.ports.notification_store import NotificationStore, Revival
from application.ports.personal_data import PersonalData
from application.ports.receipts import Receipts
from domain.dead_letter import DeadLetter
from domain.lease import Lease
from domain.notification import Notification
from domain.outline import Outline
from domain.repeat import Standing
from tests.contracts.given import EVERYTHING, NOW, REPLAYED, SECOND
from tests.runner import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One worker's way into the database; not every assembly has a topic to tell others in."""

    store: NotificationStore
    leases: Leases
    history: NotificationHistory
    dead_letters: DeadLetters
    audit_log: AuditLog
    lane_control: LaneControl
    receipts: Receipts
    personal_data: PersonalData
    outbox: DeadLetterOutbox | None = None
    api_keys: ApiKeys | None = None


class Database(ABC):
    """One database, empty at first. What a binding cannot bring about is skipped, and shows."""

    @abstractmethod
    async def connect(self) -> Ports:
        """Ports of their own for one more worker."""

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""

    async def restart(self) -> None:
        """Close everything, as if the machine went down; `connect` finds what was durable."""
        pytest.skip("it keeps nothing beyond its process")

    async def go_away(self) -> None:
        """From now on nothing reaches it."""
        pytest.skip("the binding cannot take the store away")

    async def come_back(self) -> None:
        pytest.skip("the binding cannot take the store away")

    async def will_refuse(self, event_id: str) -> None:
        """From now on it refuses every row of this event, for what the row holds."""
        pytest.skip("the binding cannot make it refuse a row")


class Worker:
    """Speaks to the ports in plain calls, under a lease of its own; by default at NOW."""

    def __init__(self, ports: Ports, run: Run, name: str, *, now: datetime = NOW) -> None:
        self.ports = ports
        self.lease: Lease = run(ports.leases.begin(name, now=now))
        self._run = run

    def accept(self, *newborn: Notification) -> list[Standing | None]:
        return list(self._run(self.ports.store.accept(newborn, lease=self.lease)))

    def claim(
        self,
        channel: str = "email",
        *,
        now: datetime = NOW,
        limit: int = 100,
        only_orphans: bool = False,
    ) -> list[Notification]:
        claim = self.ports.store.claim(
            channel, now=now, limit=limit, lease=self.lease, only_orphans=only_orphans
        )
        return list(self._run(claim))

    def record(self, *notifications: Notification) -> list[Notification]:
        return list(self._run(self.ports.store.record(notifications, lease=self.lease)))

    def revise(self, *notifications: Notification) -> list[Notification]:
        return list(self._run(self.ports.store.revise(notifications)))

    def revive(self, *revivals: Revival) -> list[Notification]:
        return list(self._run(self.ports.store.revive(revivals, REPLAYED)))

    def next_due_at(self, channel: str = "email", *, only_orphans: bool = False) -> datetime | None:
        return self._run(self.ports.store.next_due_at(channel, only_orphans=only_orphans))

    def renew(self, *, now: datetime) -> None:
        self.lease = self._run(self.ports.leases.renew(self.lease, now=now))

    def give_up(self, *, now: datetime = NOW) -> None:
        self._run(self.ports.leases.give_up(self.lease, now=now))

    def chapter(self, of: Notification) -> Chapter:
        story = self._run(self.ports.history.story(of.event.id))
        [chapter] = [each for each in story if each.notification.id == of.id]
        return chapter

    def known(self) -> list[Notification]:
        """All of them, newest accepted first."""
        latest = self._run(self.ports.history.latest(Query(), limit=1000))
        found = self._run(self.ports.history.find([each.id for each in latest]))
        whole = [found[each.id] for each in latest]
        assert same(list(latest), [Outline.of(each) for each in whole])
        return whole

    def dead_letters(self) -> list[DeadLetter]:
        """All of them, oldest first."""
        letters = self.ports.dead_letters.batch(EVERYTHING, limit=1000, after=None)
        return list(self._run(letters))

    def dead_letter_count(self) -> int:
        return sum(self._run(self.ports.dead_letters.tally(EVERYTHING)).values())


class DatabaseContract(ABC):
    @abstractmethod
    def open_database(self, folder: Path) -> Database:
        """A new one; `folder` is empty and its own."""

    @pytest.fixture
    def database(self, run: Run, tmp_path: Path) -> Iterator[Database]:
        database = self.open_database(tmp_path)
        yield database
        run(database.close())

    @pytest.fixture
    def ports(self, database: Database, run: Run) -> Ports:
        return run(database.connect())

    @pytest.fixture
    def worker(self, ports: Ports, run: Run) -> Worker:
        return Worker(ports, run, "worker-1")

    @pytest.fixture
    def another(self, database: Database, run: Run) -> Worker:
        """A second worker, with its own way into the same database; its lease ends later."""
        return Worker(run(database.connect()), run, "worker-2", now=NOW + 30 * SECOND)


def same(found: object, expected: object) -> bool:
    """Equal, and of equal types: "SENT" equals Status.SENT, but is not."""
    return found == expected and repr(found) == repr(expected)
