"""How do dead letters get another life, without telling anybody twice?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from application.arrival import arrive
from application.bisect import bisected
from application.errors import RowRefused
from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from domain.channel import Channel
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.errors import AlreadyExpired, InvalidRecipient, UnreadableEvent
from domain.masking import masked
from domain.notification import Notification
from domain.record import Record
from domain.repeat import Standing
from domain.status import Status, Wait, Waiting


class Prospect(StrEnum):
    """What becomes, or would become, of a dead letter."""

    REPLAYED = "replayed"  #: it is due again
    EXPIRED = "expired"  #: its time has passed; left, unless expiry is to be ignored
    UNREADABLE = "still unreadable"  #: its bytes mean nothing to this version either
    INVALID = "still invalid"  #: its address is none
    FORGOTTEN = "forgotten"  #: its recipient was; nobody is left to tell
    MOVED_ON = "moved on already"  #: it has had another life, or another end, since
    REFUSED = "refused by the store"  #: it cannot be written; left


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOrder:
    """Who wants it and why, and how fast: one becomes due each `apart`, from `start_at` on."""

    by: str
    why: str
    start_at: datetime
    apart: timedelta
    ignore_expiry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revival:
    prospect: Prospect
    revised: Sequence[Notification] = field(default=())
    newborn: Sequence[Notification] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeadLetters:
    """Changes the row and never publishes.

    Interrupted, it can be run again: what was replayed has moved on, and is left alone.
    """

    channels: Mapping[str, Channel]
    decoder: EventDecoder
    store: NotificationStore
    history: NotificationHistory
    dead_letters: DeadLetters
    clock: Clock

    async def look(self, letters: Sequence[DeadLetter], order: ReplayOrder) -> Sequence[Prospect]:
        """What would become of each; changes nothing."""
        return [revival.prospect for revival in await self._plan(letters, order)]

    async def __call__(
        self, letters: Sequence[DeadLetter], order: ReplayOrder
    ) -> Sequence[Prospect]:
        """What has become of each."""
        plan = await self._plan(letters, order)
        refused: set[UUID] = set()
        moved = await self._revise(plan, refused) | await self._accept(plan, refused)
        prospects = [_prospect(revival, moved, refused) for revival in plan]
        await self._settle(letters, prospects, order)
        return prospects

    async def _revise(self, plan: Sequence[_Revival], refused: set[UUID]) -> set[UUID]:
        async def refuse(notification: Notification, _: RowRefused) -> Sequence[Notification]:
            refused.add(notification.id)
            return []

        revised = [each for revival in plan for each in revival.revised]
        written = await bisected(self.store.revise, revised, refuse) if revised else []
        return {notification.id for notification in written}

    async def _accept(self, plan: Sequence[_Revival], refused: set[UUID]) -> set[UUID]:
        async def accept(newborn: Sequence[Notification]) -> Sequence[Standing | None]:
            return await self.store.accept(newborn, lease=None)

        async def refuse(notification: Notification, _: RowRefused) -> Sequence[Standing]:
            refused.add(notification.id)
            return [Standing.of(notification)]

        newborn = [each for revival in plan for each in revival.newborn]
        standings = await bisected(accept, newborn, refuse) if newborn else []
        return {n.id for n, first in zip(newborn, standings, strict=True) if first is None}

    async def _settle(
        self, letters: Sequence[DeadLetter], prospects: Sequence[Prospect], order: ReplayOrder
    ) -> None:
        now = self.clock.now()
        for prospect, why in (
            (Prospect.REPLAYED, masked(order.why, recipient="")),
            (Prospect.MOVED_ON, "it was found to have moved on"),
        ):
            settlement = Settlement(how=Settled.REPLAYED, at=now, by=order.by, why=why)
            ids = [
                letter.id
                for letter, its_own in zip(letters, prospects, strict=True)
                if its_own is prospect
            ]
            if ids:
                await self.dead_letters.settle(ids, settlement)

    async def _plan(self, letters: Sequence[DeadLetter], order: ReplayOrder) -> Sequence[_Revival]:
        ids = [each.notification_id for each in letters if each.notification_id is not None]
        standing = await self.history.find(ids)
        plan: list[_Revival] = []
        due_at = order.start_at
        for letter in letters:
            if letter.notification_id is None:
                revival = self._read_again(letter, due_at, order)
            else:
                notification = standing.get(letter.notification_id)
                revival = self._revive(letter, notification, due_at, order)
            plan.append(revival)
            due_at += order.apart * (revival.prospect is Prospect.REPLAYED)
        return plan

    def _read_again(self, letter: DeadLetter, due_at: datetime, order: ReplayOrder) -> _Revival:
        """Another version, or another set of channels, may read what nobody could."""
        record = Record(value=letter.body, position=letter.position, appended_at=letter.failed_at)
        try:
            event = self.decoder.decode(record)
        except UnreadableEvent:
            return _Revival(prospect=Prospect.UNREADABLE)
        now, turn = self.clock.now(), Waiting(reason=Wait.TURN, until=due_at)
        arrivals = [arrive(event, letter.position, each) for each in self.channels.values()]
        return _Revival(
            prospect=Prospect.REPLAYED,
            newborn=[each.born(now=now, by=order.by, waiting=turn) for each in arrivals if each],
        )

    def _revive(
        self,
        letter: DeadLetter,
        notification: Notification | None,
        due_at: datetime,
        order: ReplayOrder,
    ) -> _Revival:
        if notification is not None and notification.event.is_forgotten:
            return _Revival(prospect=Prospect.FORGOTTEN)
        if (
            notification is None
            or notification.status is not Status.FAILED
            or notification.generation != letter.generation
        ):
            return _Revival(prospect=Prospect.MOVED_ON)
        channel = self.channels[notification.channel]
        try:
            recipient = channel.read_recipient(notification.event.addresses[channel.address_field])
            revived = notification.replay(
                recipient=recipient,
                due_at=due_at,
                now=self.clock.now(),
                by=order.by,
                why=order.why,
                ignore_expiry=order.ignore_expiry,
            )
        except InvalidRecipient:
            return _Revival(prospect=Prospect.INVALID)
        except AlreadyExpired:
            return _Revival(prospect=Prospect.EXPIRED)
        return _Revival(prospect=Prospect.REPLAYED, revised=[revived])


def _prospect(revival: _Revival, moved: set[UUID], refused: set[UUID]) -> Prospect:
    ids = {notification.id for notification in (*revival.revised, *revival.newborn)}
    if ids & refused:
        return Prospect.REFUSED
    return revival.prospect if ids <= moved else Prospect.MOVED_ON
