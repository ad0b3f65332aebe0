"""What is to become of an event on one channel, before anybody else is asked?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.ports.rate_limiter import RateAsk, rate_ask
from domain.channel import Channel
from domain.errors import InvalidRecipient
from domain.event import Event
from domain.failure import Failure
from domain.notification import Notification, notification_id
from domain.recipient import Recipient
from domain.record import Position
from domain.status import Wait, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One event for one channel that it names."""

    notification_id: UUID
    event: Event
    channel: str
    origin: Position
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

    def born(self, *, now: datetime, by: str, waiting: Waiting | None) -> Notification:
        """`waiting`: what it waits for beyond what its event says."""
        return Notification.born(
            event=self.event,
            channel=self.channel,
            recipient=self.recipient,
            origin=self.origin,
            now=now,
            by=by,
            waiting=self.waiting or waiting,
            failure=self.failure,
            words=self.words,
        )


def arrive(event: Event, origin: Position, channel: Channel, *, now: datetime) -> Arrival | None:
    """None if the event names nobody on this channel."""
    raw = event.addresses.get(channel.address_field)
    if raw is None:
        return None
    failure, words, waiting = None, "", None
    try:
        recipient = channel.read_recipient(raw)
    except InvalidRecipient as error:
        recipient = Recipient(address=raw, key=raw)
        failure, words = Failure.INVALID, f"payload.{channel.address_field}: {error}"
    if failure is None and event.has_expired(now):
        failure, words = Failure.EXPIRED, "its time had passed when it was accepted"
    if failure is None and event.send_at is not None and event.send_at > now:
        waiting = Waiting(reason=Wait.SCHEDULE, until=event.send_at)
    return Arrival(
        notification_id=notification_id(event.id, channel.name),
        event=event,
        channel=channel.name,
        origin=origin,
        recipient=recipient,
        failure=failure,
        words=words,
        waiting=waiting,
    )
