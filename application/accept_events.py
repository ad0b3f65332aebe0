"""How do records of the stream become notifications that will not be lost?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.arrival import Arrival, arrive
from application.bisect import bisected
from application.errors import RowRefused
from application.gate import Gate
from application.ports.accepted_cache import AcceptedCache
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.notification_store import NotificationStore
from application.ports.rate_limiter import rate_ask
from application.ports.telemetry import Batch, Telemetry
from application.recorder import Recorder
from domain.channel import Channel
from domain.dead_letter import DeadLetter
from domain.errors import UnreadableEvent
from domain.lease import Lease
from domain.notification import Notification
from domain.record import Record
from domain.repeat import Repeat, Standing
from domain.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What records say to one channel: for each, in order, who is to be told; why nobody
    can read it; or None, if it does not concern this channel."""

    records: Sequence[Record] = ()
    finds: Sequence[Arrival | UnreadableEvent | None] = ()

    def first(self, room: int) -> Reading:
        """Up to the record at which `room` notifications have arrived."""
        if len(self.records) <= room:
            return self
        arrived = 0
        for count, find in enumerate(self.finds):
            if arrived >= room:
                return Reading(records=self.records[:count], finds=self.finds[:count])
            arrived += isinstance(find, Arrival)
        return self

    def without_first(self, count: int) -> Reading:
        return Reading(records=self.records[count:], finds=self.finds[count:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The first `count` records are durable; `begun` are to be handed over, durable as SENDING."""

    count: int
    begun: Sequence[Notification] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptEvents:
    """Takes records in order until `room` notifications for its channel have arrived.

    When it returns, those are durable: as a notification, as a sighting of one that was there
    before, or as a dead letter. After an error the same records are given again, under the
    same lease if it still lives.
    """

    channel: Channel
    decoder: EventDecoder
    cache: AcceptedCache
    store: NotificationStore
    dead_letters: DeadLetters
    gate: Gate
    recorder: Recorder
    telemetry: Telemetry

    def read(self, records: Sequence[Record]) -> Reading:
        """What needs no clock and nobody's answer, so that it can be done ahead."""
        return Reading(records=records, finds=[self._find(record) for record in records])

    def _find(self, record: Record) -> Arrival | UnreadableEvent | None:
        if self.decoder.passes_over(record, self.channel.address_field):
            return None
        try:
            event = self.decoder.decode(record)
        except UnreadableEvent as error:
            return error.with_traceback(None)
        return arrive(event, record.position, self.channel)

    async def __call__(self, reading: Reading, *, room: int, now: datetime, lease: Lease) -> Taken:
        taken = reading.first(room)
        count = len(taken.records)
        unreadable = [
            DeadLetter.of_record(record, find, now=now)
            for record, find in zip(taken.records, taken.finds, strict=True)
            if isinstance(find, UnreadableEvent)
        ]
        if unreadable:
            await self.dead_letters.add(unreadable)
        arrivals = [find for find in taken.finds if isinstance(find, Arrival)]
        repeats: Counter[Repeat] = Counter()
        arrivals = await self._without_known(arrivals, now, repeats)
        if not arrivals:
            batch = Batch(records=count, unreadable=len(unreadable), repeats=repeats)
            self.telemetry.taken_in(self.channel.name, batch)
            return Taken(count=count)
        newborn = await self._birth(arrivals, now, by=lease.worker)
        reserved = self.recorder.reserve(n.id for n in newborn if n.status is Status.SENDING)
        begun: list[Notification] = []
        try:
            standings = await self._accept(newborn, lease)
            added = [n for n, standing in zip(newborn, standings, strict=True) if standing is None]
            begun = [n for n in added if n.status is Status.SENDING and n.id in reserved]
        finally:
            not_begun = reserved.difference(n.id for n in begun)
            self.recorder.drop(not_begun)
            for notification_id in not_begun:
                self.gate.forget(notification_id)
        if failed := [each for each in added if each.status is Status.FAILED]:
            self.telemetry.settled(self.channel.name, failed)
        await self._give_back(newborn, standings, now)
        await self.cache.remember([Standing.of(notification) for notification in added])
        repeats.update(
            standing.compare(position=each.origin, digest=each.event.digest)
            for each, standing in zip(newborn, standings, strict=True)
            if standing is not None
        )
        batch = Batch(
            records=count,
            unreadable=len(unreadable),
            added=added,
            repeats=repeats,
        )
        self.telemetry.taken_in(self.channel.name, batch)
        return Taken(count=count, begun=begun)

    async def _without_known(
        self, arrivals: list[Arrival], now: datetime, repeats: Counter[Repeat]
    ) -> list[Arrival]:
        known = await self.cache.known([arrival.notification_id for arrival in arrivals])
        if not known:
            return arrivals
        repeats.update(
            standing.compare(position=each.origin, digest=each.event.digest)
            for each in arrivals
            if (standing := known.get(each.notification_id))
        )
        sightings = [
            sighting
            for each in arrivals
            if (standing := known.get(each.notification_id))
            and (sighting := standing.sighting(event=each.event, position=each.origin, now=now))
        ]
        if sightings:
            await self.store.note(sightings)
        return [arrival for arrival in arrivals if arrival.notification_id not in known]

    async def _birth(
        self, arrivals: Sequence[Arrival], now: datetime, *, by: str
    ) -> list[Notification]:
        ready = [arrival for arrival in arrivals if arrival.wants_to_begin(now)]
        answers = await self.gate.admit([arrival.ask for arrival in ready], now=now)
        paced = {id(arrival): answer for arrival, answer in zip(ready, answers, strict=True)}
        return [each.born(now=now, by=by, waiting=paced.get(id(each))) for each in arrivals]

    async def _accept(self, newborn: list[Notification], lease: Lease) -> list[Standing | None]:
        async def accept(notifications: Sequence[Notification]) -> Sequence[Standing | None]:
            return await self.store.accept(notifications, lease=lease)

        async def keep(notification: Notification, refused: RowRefused) -> Sequence[Standing]:
            await self.dead_letters.add([_refused(notification, refused)])
            return [Standing.of(notification)]

        return await bisected(accept, newborn, keep)

    async def _give_back(
        self,
        newborn: Sequence[Notification],
        standings: Sequence[Standing | None],
        now: datetime,
    ) -> None:
        """Of those that were not added: the grant, or the place in the queue, that they took.

        It may be the standing notification's own, so it is given back only where that one
        can neither be using it nor come to use it.
        """
        span = self.channel.rate_rule.span
        unused = [
            rate_ask(self.channel.name, notification.recipient, (notification.id, 1, 1))
            for notification, standing in zip(newborn, standings, strict=True)
            if standing is not None
            and notification.status is not Status.FAILED
            and standing.is_long_settled(now, span=span)
        ]
        if unused:
            await self.gate.give_back(unused)


def _refused(notification: Notification, refused: RowRefused) -> DeadLetter:
    record = Record(
        value=notification.event.body,
        position=notification.origin,
        appended_at=notification.accepted_at,
    )
    error = UnreadableEvent("event", f"the store refused it ({refused})")
    return DeadLetter.of_record(record, error, now=notification.accepted_at)
