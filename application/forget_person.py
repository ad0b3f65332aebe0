"""How are a person's data erased, while what happened stays known?"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from uuid import UUID

from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.ports.copies import Copies
from application.ports.notification_history import NotificationHistory
from application.ports.notification_store import NotificationStore
from application.ports.personal_data import Kept, PersonalData
from domain.audit import Action, AuditEntry
from domain.dead_letter import Settled, Settlement
from domain.failure import Failure
from domain.notification import Notification, notification_id
from domain.person import Person
from domain.status import Status

_BATCH = 250  # events


class Trace(StrEnum):
    """What is kept of a person."""

    NOTIFICATION = "notification"  #: final, addressed to them
    SIBLING = "sibling"  #: final, of the same event, addressed otherwise
    WAITING = "waiting"  #: still to be told; kept as it is, unless it is withdrawn first
    BEING_TOLD = "being told"  #: in a worker's hand
    LOOSE = "loose"  #: a record that nobody could read, or that was never told
    COPY = "copy"  #: of what would have been sent


Traces = Counter[Trace]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetOrder:
    """Who wants it and why; `act` is what the audit log calls it."""

    act: UUID
    by: str
    why: str
    withdraw: bool = False  #: what is still to be told, so that it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetPerson:
    """An event goes whole, with its notifications to other addresses: its body holds them all.

    The audit log has it before anything is changed. Interrupted, it can be run again, as an act
    of its own. Whoever is told of an event that is accepted later is known again.
    """

    channels: Sequence[str]
    history: NotificationHistory
    store: NotificationStore
    personal_data: PersonalData
    copies: Copies | None
    audit_log: AuditLog
    clock: Clock

    async def look(self, person: Person) -> Traces:
        """What there is; changes nothing."""
        kept = await self.personal_data.find(person)
        traces: Traces = Counter({Trace.LOOSE: kept.loose} if kept.loose else {})
        async for batch in self._batches(kept):
            traces.update(_trace(each, person) for each in batch)
        return traces

    async def __call__(self, person: Person, order: ForgetOrder) -> tuple[Traces, Traces]:
        """What was erased, and what is left. Nothing is erased while something waits or is
        being told, unless what waits can be withdrawn."""
        kept = await self.personal_data.find(person)
        found = await self.look(person)
        if found[Trace.BEING_TOLD] or (found[Trace.WAITING] and not order.withdraw):
            return Traces(), found
        if found:
            await self._tell(person, order, found)
        if found[Trace.WAITING]:
            await self._withdraw(kept, person, order)
            found = await self.look(person)
        if found[Trace.BEING_TOLD] or found[Trace.WAITING]:
            return Traces(), found
        erased = await self._erase_all(kept, person, order)
        await self.personal_data.purge()
        return erased, await self.look(person)

    async def _withdraw(self, kept: Kept, person: Person, order: ForgetOrder) -> None:
        """Whatever one worker has in hand meanwhile stays as it is."""
        async for batch in self._batches(kept):
            waiting = [each for each in batch if _trace(each, person) is Trace.WAITING]
            now = self.clock.now()
            withdrawn = [
                each.fail(Failure.WITHDRAWN, now=now, by=order.by, words="withdrawn")
                for each in waiting
            ]
            if withdrawn:
                await self.store.revise(withdrawn)

    async def _erase_all(self, kept: Kept, person: Person, order: ForgetOrder) -> Traces:
        copies, erased = 0, Traces()
        if self.copies is not None:  # first: afterwards nobody would come back for them
            copies = await self.copies.erase(kept.event_ids)
        async for batch in self._batches(kept):
            erased += await self._erase(batch, person, order)
        loose = await self._erase_loose(person, order)
        return erased + Traces({Trace.LOOSE: loose, Trace.COPY: copies})

    async def _erase(
        self, batch: Sequence[Notification], person: Person, order: ForgetOrder
    ) -> Traces:
        now = self.clock.now()
        before = {each.id: each for each in batch if each.status.is_final}
        forgotten = [each.forget(now=now, by=order.by) for each in before.values()]
        written = await self.personal_data.erase(forgotten) if forgotten else []
        return Traces(_trace(before[each.id], person) for each in written)

    async def _erase_loose(self, person: Person, order: ForgetOrder) -> int:
        settlement = Settlement(
            how=Settled.FORGOTTEN, at=self.clock.now(), by=order.by, why="forgotten"
        )
        return await self.personal_data.erase_loose(person, settlement)

    async def _tell(self, person: Person, order: ForgetOrder, found: Traces) -> None:
        """How many, and why; nothing by which anybody could guess whom."""
        count = found[Trace.NOTIFICATION] + found[Trace.SIBLING] + found[Trace.WAITING]
        entry = AuditEntry(
            at=self.clock.now(),
            by=order.by,
            action=Action.PERSON_FORGOTTEN,
            about=f"act {order.act}",
            words=f"{count} notifications to erase: {person.masked(order.why)}",
        )
        await self.audit_log.append([entry])

    async def _batches(self, kept: Kept) -> AsyncIterator[Sequence[Notification]]:
        """What is not forgotten yet."""
        event_ids = iter(kept.event_ids)
        while some := list(islice(event_ids, _BATCH)):
            ids = [notification_id(each, channel) for each in some for channel in self.channels]
            found = await self.history.find(ids)
            yield [each for each in found.values() if not each.recipient.is_forgotten]


def _trace(notification: Notification, person: Person) -> Trace:
    if notification.status is Status.SENDING:
        return Trace.BEING_TOLD
    if not notification.status.is_final:
        return Trace.WAITING
    is_theirs = notification.recipient.key in person.keys
    return Trace.NOTIFICATION if is_theirs else Trace.SIBLING
