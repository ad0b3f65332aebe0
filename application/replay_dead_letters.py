"""How do dead letters get another life, without telling anybody twice?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from application.ports.clock import Clock
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from domain.channel import Channel
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.errors import AlreadyExpired, InvalidRecipient, UnreadableEvent
from domain.notification import Notification
from domain.record import Record
from domain.status import Status, Wait, Waiting


class Ending(StrEnum):
    REPLAYED = "replayed"  #: it is due again
    EXPIRED = "expired"  #: its time has passed; left, unless expiry is to be ignored
    STILL_UNREADABLE = "still unreadable"  #: its bytes mean nothing to this version either
    STILL_INVALID = "still invalid"  #: its address is none
    MOVED_ON = "moved on already"  #: it has another life, or another end, since


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revival:
    ending: Ending
    revised: Sequence[Notification] = field(default=())
    newborn: Sequence[Notification] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDeadLetters:
    """Changes the row and never publishes; who and why stand in the audit trail.

    Interrupted, it can be run again: what was replayed has moved on, and is left alone.
    """

    channels: Mapping[str, Channel]
    decoder: EventDecoder
    store: NotificationStore
    history: NotificationHistory
    dead_letters: DeadLetters
    clock: Clock

    async def __call__(
        self,
        letters: Sequence[DeadLetter],
        *,
        by: str,
        why: str,
        apart: timedelta,
        start_at: datetime,
        ignore_expiry: bool,
        is_dry_run: bool,
    ) -> Sequence[Ending]:
        """What becomes, or in a dry run would become, of each. They are due `apart` from each
        other, the first at `start_at`."""
        now = self.clock.now()
        ids = [each.notification_id for each in letters if each.notification_id is not None]
        standing = await self.history.find(ids)
        revivals: list[_Revival] = []
        due_at = start_at
        for letter in letters:
            turn = Waiting(reason=Wait.TURN, until=due_at)
            if letter.notification_id is None:
                revival = self._read_again(letter, turn, now, by)
            else:
                notification = standing.get(letter.notification_id)
                revival = _revive(letter, notification, due_at, now, by, why, ignore_expiry)
            revivals.append(revival)
            due_at += apart * (revival.ending is Ending.REPLAYED)
        if is_dry_run:
            return [revival.ending for revival in revivals]
        return await self._write(
            letters, revivals, Settlement(how=Settled.REPLAYED, at=now, by=by, why=why)
        )

    async def _write(
        self, letters: Sequence[DeadLetter], revivals: Sequence[_Revival], settlement: Settlement
    ) -> Sequence[Ending]:
        revised = [each for revival in revivals for each in revival.revised]
        newborn = [each for revival in revivals for each in revival.newborn]
        written = {each.id for each in await self.store.revise(revised)} if revised else set()
        if newborn:
            await self.store.accept(newborn, lease=None)
        endings = [
            Ending.MOVED_ON
            if any(each.id not in written for each in revival.revised)
            else revival.ending
            for revival in revivals
        ]
        settled = [
            letter.id
            for letter, ending in zip(letters, endings, strict=True)
            if ending in (Ending.REPLAYED, Ending.MOVED_ON)
        ]
        if settled:
            await self.dead_letters.settle(settled, settlement)
        return endings

    def _read_again(self, letter: DeadLetter, turn: Waiting, now: datetime, by: str) -> _Revival:
        """An unreadable record: another version, or another set of channels, may read it."""
        record = Record(value=letter.body, position=letter.position, appended_at=letter.failed_at)
        try:
            event = self.decoder.decode(record)
        except UnreadableEvent:
            return _Revival(ending=Ending.STILL_UNREADABLE)
        newborn: list[Notification] = []
        for channel in self.channels.values():
            raw = event.addresses.get(channel.address_field)
            if raw is None:
                continue
            try:
                recipient = channel.read_recipient(raw)
            except InvalidRecipient:
                return _Revival(ending=Ending.STILL_INVALID)
            newborn.append(
                Notification.born(
                    event=event,
                    channel=channel.name,
                    recipient=recipient,
                    origin=letter.position,
                    now=now,
                    by=by,
                    waiting=turn,
                )
            )
        return _Revival(ending=Ending.REPLAYED, newborn=newborn)


def _revive(
    letter: DeadLetter,
    notification: Notification | None,
    due_at: datetime,
    now: datetime,
    by: str,
    why: str,
    ignore_expiry: bool,
) -> _Revival:
    if (
        notification is None
        or notification.status is not Status.FAILED
        or notification.generation != letter.generation
    ):
        return _Revival(ending=Ending.MOVED_ON)
    try:
        revived = notification.replay(
            due_at=due_at, now=now, by=by, why=why, ignore_expiry=ignore_expiry
        )
    except AlreadyExpired:
        return _Revival(ending=Ending.EXPIRED)
    return _Revival(ending=Ending.REPLAYED, revised=[revived])
