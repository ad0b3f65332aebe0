"""How does an application publish events?

`Producer` is for asyncio, `BlockingProducer` in the module beside it for everything else.
Both promise:

- An event is durable in the stream when the call returns.
- Publishing again under the same `event_id` tells nobody twice. After an error, or where it is
  not known whether a call was done, the same may be published again.
- What cannot be served is refused with BadEvent, which names the argument, before anything is
  written: of events published together all are, or none.
- Events published together are in the stream in the order given, in one durable write.
- Any number of tasks, threads and processes may publish at once.
- A data folder that is not there yet is made.
- The stream cannot be written: StreamUnavailable or StoreUnavailable, with what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Self, TypedDict, Unpack, cast

from adapters.wire.trace_context import well_formed
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.new_event import BadEvent, NewEvent

__all__ = ["ALERT", "PAID", "SIGNED_UP", "BadEvent", "Details", "NewEvent", "Producer"]

SIGNED_UP, PAID, ALERT = "USER_SIGNED_UP", "PAYMENT_SUCCESSFUL", "ALERT_RAISED"


class OfEvent(TypedDict, total=False):
    """What may be said of an event besides its message and whom to tell."""

    event_id: str | None  #: the same id is told once; one is made up if none is given
    subject: str | None  #: of the email; each kind of event has one by default
    html: str | None  #: of the email, sent as it is beside the message
    send_at: datetime | None  #: it is not told before
    expires_at: datetime | None  #: it is not told from then on


class Details(OfEvent, total=False):
    """And of who asks for it."""

    traceparent: str | None  #: the trace that it belongs to (W3C Trace Context)


class Producer:
    """An asynchronous context manager; what it promises stands above.

    `data` is the data folder, if not that of TIDINGS_DATA. Opening raises BadSettings.
    """

    def __init__(self, data: Path | str | None = None) -> None:
        self._data = data
        self._opened = AsyncExitStack()
        self._tidings: Tidings | None = None
        self._is_open = False  #: or is being opened, or closed

    async def __aenter__(self) -> Self:
        if self._is_open:
            raise RuntimeError("the producer is open already")
        self._is_open = True
        try:
            settings = load_settings(tidings_data=self._data)
            opening = open_tidings(settings, Purpose.PUBLISH)
            self._tidings = await self._opened.enter_async_context(opening)
        except BaseException:
            self._is_open = False
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tidings = None
        try:
            await self._opened.aclose()
        finally:
            self._is_open = False

    async def signup_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """Somebody signed up (USER_SIGNED_UP). Returns the event's id. Raises BadEvent."""
        return await self._publish_one(SIGNED_UP, message, email, phone, details)

    async def payment_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """A payment went through (PAYMENT_SUCCESSFUL). Returns the event's id. Raises BadEvent."""
        return await self._publish_one(PAID, message, email, phone, details)

    async def alert_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """Something is wrong (ALERT_RAISED). Returns the event's id. Raises BadEvent."""
        return await self._publish_one(ALERT, message, email, phone, details)

    async def publish(
        self, events: Iterable[NewEvent], *, traceparent: str | None = None
    ) -> list[str]:
        """All in one durable write, in this order, or none. Returns their ids. Raises BadEvent.

        `traceparent`: the trace that they belong to (W3C Trace Context); one that is not
        well-formed counts as none.
        """
        if self._tidings is None:
            raise RuntimeError("the producer is not open; use it in a `with` block")
        events, now = list(events), self._tidings.clock.now()
        numbers = range(len(events)) if len(events) > 1 else [None]
        values = [
            event.encode(occurred_at=now, number=number)
            for number, event in zip(numbers, events, strict=False)
        ]
        problems = await self._tidings.publish_events(
            values, all_or_none=True, traceparent=well_formed(traceparent)
        )
        for number, event, problem in zip(numbers, events, problems, strict=False):
            if problem is not None:
                raise BadEvent.of(problem, event, number=number) from problem
        return [event.id for event in events]

    async def _publish_one(
        self, kind: str, message: str, email: str | None, phone: str | None, details: Details
    ) -> str:
        traceparent = details.pop("traceparent", None)
        of_event = cast(OfEvent, details)
        event = NewEvent(message_type=kind, message=message, email=email, phone=phone, **of_event)
        [event_id] = await self.publish([event], traceparent=traceparent)
        return event_id
