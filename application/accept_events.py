"""How do records of the stream become notifications that will not be lost?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.errors import RowRefused
from application.gate import Gate
from application.ports.accepted_cache import AcceptedCache
from application.ports.dead_letters import DeadLetters
from application.ports.event_decoder import EventDecoder
from application.ports.notification_store import NotificationStore
from application.ports.rate_limiter import RateAsk, rate_ask
from application.recorder import Recorder
from domain.channel import Channel
from domain.dead_letter import DeadLetter
from domain.errors import InvalidRecipient, UnreadableEvent
from domain.event import Event
from domain.failure import Failure
from domain.lease import Lease
from domain.notification import Notification, notification_id
from domain.recipient import Recipient
from domain.record import Record
from domain.repeat import Standing
from domain.status import Status, Wait, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One event for this channel, with what is known before anything is asked."""

    notification_id: UUID
    event: Event
    record: Record
    channel: str
    recipient: Recipient
    failure: Failure | None = None
    words: str = ""
    waiting: Waiting | None = None

    @property
    def wants_to_begin(self) -> bool:
        return self.failure is None and self.waiting is None

    @property
    def ask(self) -> RateAsk:
        return rate_ask(self.channel, self.recipient, (self.notification_id, 1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The first `count` records are durable; `begun` are to be handed over, durable as SENDING."""

    count: int
    begun: Sequence[Notification] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptEvents:
    """Takes records in order until `room` notifications for its channel have arrived.

    When it returns, those are durable: as a notification, as a sighting of one that was there
    before, or as a dead letter. After an error the same records may be given again.
    """

    channel: Channel
    decoder: EventDecoder
    cache: AcceptedCache
    store: NotificationStore
    dead_letters: DeadLetters
    gate: Gate
    recorder: Recorder

    async def __call__(
        self, records: Sequence[Record], *, room: int, now: datetime, lease: Lease
    ) -> Accepted:
        count, arrivals, unreadable = self._read(records, room, now)
        if unreadable:
            await self.dead_letters.add(unreadable)
        arrivals = await self._without_known(arrivals, now)
        if not arrivals:
            return Accepted(count=count)
        newborn = await self._birth(arrivals, now, by=lease.worker)
        reserved = self.recorder.reserve(n.id for n in newborn if n.status is Status.SENDING)
        try:
            standings = await self._accept(newborn, lease)
        except BaseException:
            self.recorder.drop(reserved)
            raise
        added = [n for n, standing in zip(newborn, standings, strict=True) if standing is None]
        self.recorder.drop(reserved.difference(n.id for n in added))
        await self._let_go(newborn, standings, now)
        await self.cache.remember([Standing.of(notification) for notification in added])
        return Accepted(count=count, begun=[n for n in added if n.status is Status.SENDING])

    def _read(
        self, records: Sequence[Record], room: int, now: datetime
    ) -> tuple[int, list[Arrival], list[DeadLetter]]:
        arrivals: list[Arrival] = []
        unreadable: list[DeadLetter] = []
        for count, record in enumerate(records):
            if len(arrivals) == room:
                return count, arrivals, unreadable
            try:
                event = self.decoder.decode(record)
            except UnreadableEvent as error:
                unreadable.append(DeadLetter.of_record(record, error, now=now))
                continue
            raw = event.addresses.get(self.channel.address_field)
            if raw is not None:
                arrivals.append(self._arrive(event, record, raw, now))
        return len(records), arrivals, unreadable

    def _arrive(self, event: Event, record: Record, raw: str, now: datetime) -> Arrival:
        failure, words, waiting = None, "", None
        try:
            recipient = self.channel.read_recipient(raw)
        except InvalidRecipient as error:
            recipient = Recipient(address=raw, key=raw)
            failure, words = Failure.INVALID, f"payload.{self.channel.address_field}: {error}"
        if failure is None and event.has_expired(now):
            failure, words = Failure.EXPIRED, "its time had passed when it was accepted"
        if failure is None and event.send_at is not None and event.send_at > now:
            waiting = Waiting(reason=Wait.SCHEDULE, until=event.send_at)
        return Arrival(
            notification_id=notification_id(event.id, self.channel.name),
            event=event,
            record=record,
            channel=self.channel.name,
            recipient=recipient,
            failure=failure,
            words=words,
            waiting=waiting,
        )

    async def _without_known(self, arrivals: list[Arrival], now: datetime) -> list[Arrival]:
        known = await self.cache.known([arrival.notification_id for arrival in arrivals])
        if not known:
            return arrivals
        sightings = [
            sighting
            for arrival in arrivals
            if (standing := known.get(arrival.notification_id))
            and (
                sighting := standing.sighting(
                    event=arrival.event, position=arrival.record.position, now=now
                )
            )
        ]
        if sightings:
            await self.store.note(sightings)
        return [arrival for arrival in arrivals if arrival.notification_id not in known]

    async def _birth(
        self, arrivals: Sequence[Arrival], now: datetime, *, by: str
    ) -> list[Notification]:
        ready = [arrival for arrival in arrivals if arrival.wants_to_begin]
        answers = await self.gate.admit([arrival.ask for arrival in ready], now=now)
        paced = {id(arrival): answer for arrival, answer in zip(ready, answers, strict=True)}
        return [
            Notification.born(
                event=arrival.event,
                channel=self.channel.name,
                recipient=arrival.recipient,
                origin=arrival.record.position,
                now=now,
                by=by,
                waiting=paced.get(id(arrival), arrival.waiting),
                failure=arrival.failure,
                words=arrival.words,
            )
            for arrival in arrivals
        ]

    async def _accept(self, newborn: list[Notification], lease: Lease) -> list[Standing | None]:
        """One row that the store refuses never fails its neighbours."""
        try:
            return list(await self.store.accept(newborn, lease=lease))
        except RowRefused as refused:
            if len(newborn) == 1:
                [only] = newborn
                await self.dead_letters.add([_refused(only, refused)])
                return [Standing.of(only)]
        middle = len(newborn) // 2
        first = await self._accept(newborn[:middle], lease)
        return first + await self._accept(newborn[middle:], lease)

    async def _let_go(
        self,
        newborn: Sequence[Notification],
        standings: Sequence[Standing | None],
        now: datetime,
    ) -> None:
        """Of those that were not added: give back what their hand-over was to use.

        A grant may be the standing notification's own, so it is given back only where that
        one can neither be using it nor come to use it.
        """
        added = {n.id for n, standing in zip(newborn, standings, strict=True) if standing is None}
        unused: list[RateAsk] = []
        for notification, standing in zip(newborn, standings, strict=True):
            if standing is None or notification.status is not Status.SENDING:
                continue
            if notification.id not in added:
                self.gate.forget(notification.id)
            if standing.is_long_settled(now, span=self.channel.rate_rule.span):
                unused.append(
                    rate_ask(self.channel.name, notification.recipient, (notification.id, 1, 1))
                )
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
