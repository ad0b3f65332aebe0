"""How does a scenario drive an assembly, whichever it is?"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from adapters.mail.message import message_id
from adapters.mail.originator import Originator
from application.forget_person import ForgetOrder, Traces
from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Chapter, Query
from application.replay_dead_letters import Prospect, ReplayOrder
from application.resolve_uncertain import Resolution
from domain.audit import Action, AuditEntry
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.errors import TidingsError
from domain.failure import Failure
from domain.notification import Notification
from domain.outline import Outline
from domain.pause import Pause
from domain.person import Person
from domain.receipt import ReceiptVerdict
from domain.recipient import email_address, phone_number
from entrypoints.container import Tidings
from tests.acceptance.assembly import Assembly, Provider

T = TypeVar("T")

#: Ada has an email address, Grace a phone, Hedy both.
PEOPLE: Mapping[str, Mapping[str, str]] = {
    "Ada": {"email": "ada@example.com"},
    "Grace": {"phoneNumber": "+15551234567"},
    "Hedy": {"email": "hedy@example.com", "phoneNumber": "+15557654321"},
}
CHANNELS = {"email": "email", "emails": "email", "SMS": "sms"}
FIELDS = {"email": "email", "sms": "phoneNumber"}
EVERYTHING = DeadLetterQuery(only_open=False)
KINDS = {"sign-up": "USER_SIGNED_UP", "payment": "PAYMENT_SUCCESSFUL", "alert": "ALERT_RAISED"}


@dataclass(slots=True)
class World:
    """Speaks the language of the features; owns the loop, the clock and the assembly."""

    assembly: Assembly
    runner: asyncio.Runner
    settings: dict[str, object] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    raw: bytes = b""
    chosen: Chapter | None = None
    prospects: Sequence[Prospect] = ()
    traces: Traces = field(default_factory=Traces)
    _tidings: Tidings | None = None
    _turning: asyncio.Task[None] | None = None

    # The service

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @property
    def tidings(self) -> Tidings:
        if self._tidings is None:
            self.run(self.assembly.open(**self.settings))
            self._tidings = self.run(self.assembly.tidings())
        return self._tidings

    @property
    def now(self) -> datetime:
        _ = self.tidings
        return self.assembly.clock.now()

    def close(self) -> None:
        if self._tidings is not None:
            self._kill()
            self.run(self.assembly.close())

    def turn(self) -> None:
        """Let the service do all that it can do at this instant."""
        tidings = self.tidings
        if self._turning is not None:
            return  # somebody's hand-over has stalled
        try:
            self.run(tidings.lanes.turn())
        except TidingsError:
            return  # it will be tried again

    def turn_until_stalled(self, channel: str) -> None:
        """The same, where a provider falls silent in the middle."""
        tidings, sender = self.tidings, self.sender(channel)

        async def begin() -> asyncio.Task[None]:
            turning = asyncio.create_task(tidings.lanes.turn())
            await sender.wait_until_stalled()
            await asyncio.sleep(0)  # for the others that stall beside it
            return turning

        self._turning = self.run(begin())

    def stop(self) -> None:
        self.tidings.lanes.stop()

    def finish(self) -> None:
        """Let what has stalled come to its end."""
        if self._turning is not None:
            turning, self._turning = self._turning, None
            self.run(_finished(turning))

    def break_store(self) -> None:
        _ = self.tidings
        self.run(self.assembly.break_store())

    def mend_store(self) -> None:
        self.run(self.assembly.mend_store())
        self.turn()

    def refuse(self, event_id: str) -> None:
        _ = self.tidings
        self.run(self.assembly.refuse(event_id))

    def refuse_nothing(self) -> None:
        self.run(self.assembly.refuse_nothing())

    def read_stream_again(self) -> None:
        self.run(self.assembly.rewind())
        self._tidings = self.run(self.assembly.tidings())
        self.turn()

    def start_anew(self) -> None:
        self.finish()
        self.run(self.tidings.lanes.leave())
        self._tidings = self.run(self.assembly.tidings())
        self.turn()

    def start_anew_on_a_machine_set(self, by: timedelta) -> None:
        self.finish()
        self.run(self.tidings.lanes.leave())
        self.go_on_on_a_machine_set(by)

    def go_on_on_a_machine_set(self, by: timedelta) -> None:
        """In the place of a process that is gone, however it went."""
        self.run(self.assembly.start_again(self.now + by))
        self._tidings = self.run(self.assembly.tidings())
        self.turn()

    def die(self) -> None:
        """Without writing a word; another one may go on."""
        self._kill()
        self._tidings = self.run(self.assembly.tidings())

    def _kill(self) -> None:
        if self._turning is not None:
            turning, self._turning = self._turning, None
            self.run(_killed(turning))

    def work_in_its_place(self, length: timedelta) -> None:
        self.turn()
        self.pass_time(length)

    def pass_time(self, length: timedelta) -> None:
        """Step by step, as a service that runs would see it."""
        clock, end = self.assembly.clock, self.now + length
        while (due_at := self.run(self.tidings.lanes.next_due_at())) and due_at <= end:
            clock.move_to(max(due_at, clock.now() + timedelta(microseconds=1)))
            self.turn()
        clock.move_to(max(end, clock.now()))
        self.turn()

    def resolve(self, event_id: str, channel: str, word: str) -> None:
        notification, resolution = self.notification(event_id, channel), Resolution(word)
        self.run(
            self.tidings.resolve_uncertain(
                notification, resolution, by="Linus", why="I looked it up"
            )
        )
        self.turn()

    def hear(self, event_id: str, channel: str, verdict: ReceiptVerdict, *, copy: int = -1) -> None:
        """The provider says later what became of a copy that it was handed."""
        id_ = self.notification(event_id, channel).id
        copies = [each for each in self.sender(channel).handed_over if each.id == id_]
        receipt = self.assembly.receipt(copies[copy], verdict)
        self.run(self.tidings.receive_receipts([receipt]))
        self.turn()

    def replay(
        self,
        *,
        apart: float = 0,
        ignore_expiry: bool = False,
        is_dry_run: bool = False,
        times: int = 1,
    ) -> None:
        """All dead letters that are open now, the oldest first."""
        open_ones = self.tidings.dead_letters.batch(DeadLetterQuery(), limit=1000, after=None)
        letters = self.run(open_ones)
        order = ReplayOrder(
            by="Linus",
            why="it is mended",
            start_at=self.now,
            apart=timedelta(seconds=apart),
            ignore_expiry=ignore_expiry,
        )
        replay = self.tidings.replay_dead_letters
        for _ in range(times):
            work = replay.look(letters, order) if is_dry_run else replay(letters, order)
            self.prospects = self.run(work)
            self.turn()

    def discard(self) -> None:
        letters = [letter.id for letter in self.dead_letters()]
        settlement = Settlement(how=Settled.DISCARDED, at=self.now, by="Linus", why="junk")
        self.run(self.tidings.dead_letters.settle(letters, settlement))

    def pause(self, channel: str, *, by: str, why: str) -> None:
        self.run(self.tidings.pause_lane(CHANNELS[channel], by=by, why=why))
        self.turn()

    def resume(self, channel: str, *, by: str) -> None:
        self.run(self.tidings.resume_lane(CHANNELS[channel], by=by))
        self.turn()

    def replay_whatever_was_decided(self) -> None:
        order = ReplayOrder(by="Linus", why="a slip", start_at=self.now, apart=timedelta())
        self.prospects = self.run(self.tidings.replay_dead_letters(self.dead_letters(), order))
        self.turn()

    def forget(self, addresses: Mapping[str, str], *, withdraw: bool = False) -> None:
        order = ForgetOrder(act=uuid4(), by="Linus", why="asked by letter", withdraw=withdraw)
        self.run(self.tidings.forget_person(_person(addresses), order))

    def look_what_forgetting_would_erase(self, addresses: Mapping[str, str]) -> None:
        self.traces = self.run(self.tidings.forget_person.look(_person(addresses)))

    # Events

    def publish(self, *events: Mapping[str, Any]) -> None:
        self.published += map(dict, events)
        self.publish_raw(*(json.dumps(event).encode() for event in events))

    def publish_raw(self, *values: bytes) -> None:
        self.raw = values[-1]
        self.run(self.tidings.publish_events(values, as_they_are=True))

    def event(
        self,
        *,
        addresses: Mapping[str, str],
        event_id: str | None = None,
        text: str | None = None,
        message_type: str = "ALERT_RAISED",
        **more: Any,
    ) -> dict[str, Any]:
        number = len(self.published) + 1
        payload = {**addresses, "message": text or f"news {number}"}
        if subject := more.pop("subject", None):
            payload["subject"] = subject
        return {
            "eventId": event_id or f"event-{number}",
            "messageType": message_type,
            "timestamp": _milliseconds(self.now),
            "payload": payload,
            **{name: _milliseconds(instant) for name, instant in more.items()},
        }

    def addresses(self, person: str, channels: str) -> dict[str, str]:
        wanted = [FIELDS[CHANNELS[name]] for name in channels.split(" and ")]
        return {name: PEOPLE[person][name] for name in wanted}

    def tell(self, person: str, channels: str, **what: Any) -> None:
        self.publish(self.event(addresses=self.addresses(person, channels), **what))
        self.turn()

    def tell_many(self, person: str, channels: str, count: int) -> None:
        addresses = self.addresses(person, channels)
        for _ in range(count):
            self.publish(self.event(addresses=addresses))
        self.turn()

    def publish_for_strangers(self, count: int) -> None:
        for number in range(1, count + 1):
            self.publish(self.event(addresses={"email": f"person-{number}@example.com"}))

    # What can be seen

    def sender(self, channel: str) -> Provider:
        _ = self.tidings
        return self.assembly.senders[CHANNELS[channel]]

    def received(self, channel: str, person: str | None = None) -> list[Notification]:
        taken = self.sender(channel).taken
        if person is None:
            return list(taken)
        address = PEOPLE[person].get(FIELDS[CHANNELS[channel]], "").casefold()
        return [each for each in taken if each.recipient.key == address]

    def count_by_recipient(self, channel: str) -> list[int]:
        """How many each of those got for whom anything was published, told or not."""
        field_name = FIELDS[CHANNELS[channel]]
        everybody = {
            event["payload"][field_name]
            for event in self.published
            if field_name in event["payload"]
        }
        taken = [each.recipient.address for each in self.received(channel)]
        return [taken.count(address) for address in everybody]

    def story(self, event_id: str) -> Sequence[Chapter]:
        return self.run(self.tidings.history.story(event_id))

    def chapter(self, event_id: str, channel: str) -> Chapter:
        [chapter] = [
            each for each in self.story(event_id) if each.notification.channel == CHANNELS[channel]
        ]
        return chapter

    @property
    def chosen_chapter(self) -> Chapter:
        assert self.chosen is not None, "no story was told yet"
        return self.chosen

    def notification(self, event_id: str, channel: str) -> Notification:
        return self.chapter(event_id, channel).notification

    def failure(self, event_id: str, channel: str) -> Failure | None:
        return self.notification(event_id, channel).failure

    def held(self, channel: str, person: str) -> list[Outline]:
        waiting = self.run(
            self.tidings.history.latest(Query(channel=CHANNELS[channel]), limit=1000)
        )
        address = PEOPLE[person][FIELDS[CHANNELS[channel]]]
        return [
            each for each in waiting if each.recipient.key == address and each.last_move.waiting_for
        ]

    def dead_letters(self) -> Sequence[DeadLetter]:
        return self.run(self.tidings.dead_letters.batch(EVERYTHING, limit=1000, after=None))

    def pause_of(self, channel: str) -> Pause:
        return self.run(self.tidings.lane_control.pauses())[CHANNELS[channel]]

    def switchings(self, channel: str) -> list[tuple[str, Action, str]]:
        """Who did what to that channel, and why; newest first."""
        entries = self.run(self.tidings.audit_log.latest(limit=100))
        return [
            (each.by, each.action, each.words)
            for each in entries
            if each.about == CHANNELS[channel]
        ]

    def audit_log(self) -> Sequence[AuditEntry]:
        return self.run(self.tidings.audit_log.latest(limit=100))

    def traces_of(self, person: str) -> list[Outline]:
        """Found by any of their addresses."""
        find = self.tidings.history.latest
        queries = [Query(recipient_key=key) for key in _person(PEOPLE[person]).keys]
        return [each for query in queries for each in self.run(find(query, limit=1000))]

    def mentions(self, person: str) -> Iterator[re.Match[bytes]]:
        """In whatever was published and is kept."""
        pattern = re.compile(_person(PEOPLE[person]).pattern.encode())
        stories = [self.story(event["eventId"]) for event in self.published]
        for chapter in (chapter for story in stories for chapter in story):
            bodies = [chapter.notification.event.body]
            bodies += [each.body for each in chapter.sightings if each.body is not None]
            yield from filter(None, map(pattern.search, bodies))
        yield from filter(None, (pattern.search(each.body) for each in self.dead_letters()))

    def circuit_is_open(self, channel: str) -> bool:
        [lane] = [
            lane for lane in self.tidings.lanes.each if lane.channel.name == CHANNELS[channel]
        ]
        return lane.circuit.is_open


def _person(addresses: Mapping[str, str]) -> Person:
    read = {"email": email_address, "phoneNumber": phone_number}
    return Person(recipients=tuple(read[field](raw) for field, raw in addresses.items()))


def message_ids(notifications: Sequence[Notification]) -> list[str]:
    originator = Originator(address="news@example.com")
    return [message_id(notification, originator) for notification in notifications]


async def _finished(turning: asyncio.Task[None]) -> None:
    await turning


async def _killed(turning: asyncio.Task[None]) -> None:
    turning.cancel()
    await asyncio.gather(turning, return_exceptions=True)


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
