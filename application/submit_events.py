"""How do events get into the stream from somebody who waits for an answer about each?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from application.ports.clock import Clock
from application.ports.event_decoder import EventDecoder
from application.ports.event_publisher import EventPublisher
from application.ports.notification_history import NotificationHistory
from domain.errors import UnreadableEvent
from domain.event import Event
from domain.notification import notification_id
from domain.record import Position, Record

_NOWHERE_YET = Position(topic="", partition=0, offset=0)


class Verdict(StrEnum):
    PUBLISHED = "published"  #: durable in the stream; told once, by whichever lane reads it
    KNOWN = "known"  #: accepted before with the same content; nothing more is done
    CONFLICT = "conflict"  #: its id stands for other content already; not published
    UNREADABLE = "unreadable"  #: no event can be read from it; not published


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of one value. `event_id` is None if it is unreadable."""

    verdict: Verdict
    event_id: str | None = None
    problem: UnreadableEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitEvents:
    """One that is published but not accepted yet is not found here: if it comes again with other
    content, that is found when it is read, and stands in its story."""

    channels: Sequence[str]
    decoder: EventDecoder
    publisher: EventPublisher
    history: NotificationHistory
    clock: Clock

    async def __call__(
        self, values: Sequence[bytes], *, traceparent: str | None = None
    ) -> Sequence[Submission]:
        """One answer for each, in order. What is published is durable when it returns.

        Raises StreamUnavailable, StoreUnavailable: nothing, or some of it, is published then, and
        all of it may be submitted again.
        """
        read = [self._read(value) for value in values]
        digests = await self._accepted([each for each in read if isinstance(each, Event)])
        submissions, published = [], []
        for value, each in zip(values, read, strict=True):
            submission = _judged(each, digests)
            submissions.append(submission)
            if submission.verdict is Verdict.PUBLISHED:
                published.append(value)
        if published:
            await self.publisher.publish(published, traceparent=traceparent)
        return submissions

    def _read(self, value: bytes) -> Event | UnreadableEvent:
        record = Record(value=value, position=_NOWHERE_YET, appended_at=self.clock.now())
        try:
            return self.decoder.decode(record)
        except UnreadableEvent as problem:
            return problem

    async def _accepted(self, events: Sequence[Event]) -> dict[str, set[bytes]]:
        """By the event's id, the digests of what has been accepted of it: first stands, per
        channel, so that there may be two."""
        ids = [notification_id(event.id, name) for event in events for name in self.channels]
        found = await self.history.find(ids) if ids else {}
        digests: dict[str, set[bytes]] = {}
        for each in found.values():
            digests.setdefault(each.event.id, set()).add(each.event.digest)
        return digests


def _judged(read: Event | UnreadableEvent, digests: dict[str, set[bytes]]) -> Submission:
    """Against what stands already, also earlier in the same call."""
    if isinstance(read, UnreadableEvent):
        return Submission(verdict=Verdict.UNREADABLE, problem=read)
    stands = digests.setdefault(read.id, set())
    if not stands:
        stands.add(read.digest)
        return Submission(verdict=Verdict.PUBLISHED, event_id=read.id)
    verdict = Verdict.KNOWN if read.digest in stands else Verdict.CONFLICT
    return Submission(verdict=verdict, event_id=read.id)
