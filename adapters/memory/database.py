"""What do the twins of the store share?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from application.errors import RowRefused, StoreUnavailable
from domain.api_key import ApiKey
from domain.audit import AuditEntry
from domain.dead_letter import DeadLetter, Settlement
from domain.lease import Lease
from domain.move import Move
from domain.notification import Notification
from domain.pause import Pause
from domain.receipt import Receipt, ReceiptVerdict
from domain.record import Position
from domain.repeat import Sighting


@dataclass(slots=True)
class Database:
    """Notifications with whose hand they are in, their trails, leases and dead letters; API
    keys, the pauses of lanes, the audit log, and receipts that wait.

    For tests: `go_away` and `come_back`; `will_refuse` an event's rows, `will_refuse_nothing`.
    """

    notifications: dict[UUID, Notification] = field(default_factory=dict)
    hands: dict[UUID, UUID] = field(default_factory=dict)  #: notification id -> lease token
    trails: dict[UUID, dict[int, Move]] = field(default_factory=dict)
    sightings: dict[tuple[UUID, Position], Sighting] = field(default_factory=dict)
    dead_letters: dict[UUID, DeadLetter] = field(default_factory=dict)
    published: set[UUID] = field(default_factory=set)  #: dead letters that are in the topic
    leases: dict[UUID, Lease] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    audit_log: list[AuditEntry] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)  #: by channel
    receipts: dict[tuple[UUID, int, int, ReceiptVerdict], Receipt] = field(default_factory=dict)
    _is_away: bool = False
    _refused: set[str] = field(default_factory=set)

    def go_away(self) -> None:
        self._is_away = True

    def come_back(self) -> None:
        self._is_away = False

    def will_refuse(self, event_id: str) -> None:
        self._refused.add(event_id)

    def will_refuse_nothing(self) -> None:
        self._refused.clear()

    def reach(self) -> None:
        if self._is_away:
            raise StoreUnavailable("the store is away", fix="bring it back")

    def check(self, notifications: list[Notification]) -> None:
        self.reach()
        if any(notification.event.id in self._refused for notification in notifications):
            raise RowRefused("a row that was to be refused")

    def write(self, notification: Notification, lease: Lease | None) -> None:
        self.notifications[notification.id] = notification
        trail = self.trails.setdefault(notification.id, {})
        trail.setdefault(notification.last_move.number, notification.last_move)
        if notification.is_in_hand and lease is not None:
            self.hands[notification.id] = lease.token
        else:
            self.hands.pop(notification.id, None)
        dead_letter = notification.dead_letter()
        if dead_letter is not None:
            self.dead_letters.setdefault(dead_letter.id, dead_letter)

    def settle(self, letter_id: UUID, settlement: Settlement) -> bool:
        """Whether it was open."""
        letter = self.dead_letters.get(letter_id)
        if letter is None or letter.settlement is not None:
            return False
        self.dead_letters[letter_id] = replace(letter, settlement=settlement)
        return True
