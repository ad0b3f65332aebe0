"""How do dead letters get another life, without telling anybody twice?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from application.ports.notification_store import NotificationStore, Revival
from domain.channel import Channel
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.errors import AlreadyExpired, InvalidRecipient, UnreadableEvent
from domain.masking import masked
from domain.notification import Notification
from domain.record import Record
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
class _Plan:
    """`revival` if it is to be replayed."""

    prospect: Prospect
    revival: Revival | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeadLetters:
    """Changes the row and never publishes.

    Interrupted, it can be run again: what was replayed is settled, and is left alone.
    """

    channels: Mapping[str, Channel]
    decoder: EventDecoder
    store: NotificationStore
    history: NotificationHistory
    dead_letters: DeadLetters
    clock: Clock

    async def look(self, letters: Sequence[DeadLetter], order: ReplayOrder) -> Sequence[Prospect]:
        """What would become of each; changes nothing."""
        return [plan.prospect for plan in await self._plan(letters, order)]

    async def __call__(
        self, letters: Sequence[DeadLetter], order: ReplayOrder
    ) -> Sequence[Prospect]:
        """What has become of each."""
        plans = await self._plan(letters, order)
        refused: set[UUID] = set()
        written = await self._revive(plans, refused, order)
        prospects = [_prospect(plan, written, refused) for plan in plans]
        await self._settle_those_moved_on(letters, prospects, order)
        return prospects

    async def _revive(
        self, plans: Sequence[_Plan], refused: set[UUID], order: ReplayOrder
    ) -> set[UUID]:
        settlement = self._settlement(order, why=masked(order.why, recipient=""))

        async def revive(revivals: Sequence[Revival]) -> Sequence[Notification]:
            return await self.store.revive(revivals, settlement)

        async def refuse(revival: Revival, _: RowRefused) -> Sequence[Notification]:
            refused.add(revival.letter_id)
            return []

        revivals = [plan.revival for plan in plans if plan.revival is not None]
        written = await bisected(revive, revivals, refuse) if revivals else []
        return {notification.id for notification in written}

    async def _settle_those_moved_on(
        self, letters: Sequence[DeadLetter], prospects: Sequence[Prospect], order: ReplayOrder
    ) -> None:
        """A letter that somebody has settled already stands as it is."""
        ids = [
            letter.id
            for letter, prospect in zip(letters, prospects, strict=True)
            if prospect is Prospect.MOVED_ON
        ]
        if ids:
            settlement = self._settlement(order, why="it was found to have moved on")
            await self.dead_letters.settle(ids, settlement)

    def _settlement(self, order: ReplayOrder, *, why: str) -> Settlement:
        return Settlement(how=Settled.REPLAYED, at=self.clock.now(), by=order.by, why=why)

    async def _plan(self, letters: Sequence[DeadLetter], order: ReplayOrder) -> Sequence[_Plan]:
        ids = [each.notification_id for each in letters if each.notification_id is not None]
        standing = await self.history.find(ids)
        plans: list[_Plan] = []
        due_at = order.start_at
        for letter in letters:
            if letter.notification_id is None:
                plan = self._read_again(letter, due_at, order)
            else:
                notification = standing.get(letter.notification_id)
                plan = self._begin_anew(letter, notification, due_at, order)
            plans.append(plan)
            due_at += order.apart * (plan.prospect is Prospect.REPLAYED)
        return plans

    def _read_again(self, letter: DeadLetter, due_at: datetime, order: ReplayOrder) -> _Plan:
        """Another version, or another set of channels, may read what nobody could."""
        record = Record(value=letter.body, position=letter.position, appended_at=letter.failed_at)
        try:
            event = self.decoder.decode(record)
        except UnreadableEvent:
            return _Plan(prospect=Prospect.UNREADABLE)
        now, turn = self.clock.now(), Waiting(reason=Wait.TURN, until=due_at)
        arrivals = [arrive(event, letter.position, each) for each in self.channels.values()]
        newborn = [each.born(now=now, by=order.by, waiting=turn) for each in arrivals if each]
        revival = Revival(letter_id=letter.id, newborn=newborn)
        return _Plan(prospect=Prospect.REPLAYED, revival=revival)

    def _begin_anew(
        self,
        letter: DeadLetter,
        notification: Notification | None,
        due_at: datetime,
        order: ReplayOrder,
    ) -> _Plan:
        if notification is not None and notification.event.is_forgotten:
            return _Plan(prospect=Prospect.FORGOTTEN)
        if (
            notification is None
            or notification.status is not Status.FAILED
            or notification.generation != letter.generation
        ):
            return _Plan(prospect=Prospect.MOVED_ON)
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
            return _Plan(prospect=Prospect.INVALID)
        except AlreadyExpired:
            return _Plan(prospect=Prospect.EXPIRED)
        revival = Revival(letter_id=letter.id, revised=[revived])
        return _Plan(prospect=Prospect.REPLAYED, revival=revival)


def _prospect(plan: _Plan, written: set[UUID], refused: set[UUID]) -> Prospect:
    if plan.revival is None:
        return plan.prospect
    if plan.revival.letter_id in refused:
        return Prospect.REFUSED
    ids = {each.id for each in (*plan.revival.revised, *plan.revival.newborn)}
    return plan.prospect if ids <= written else Prospect.MOVED_ON
