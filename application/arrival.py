"""What does an event ask for on one channel, before anybody else is asked?"""

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
    """One event for one channel that it names. `mistake` is what is wrong with its address."""

    notification_id: UUID
    event: Event
    channel: str
    origin: Position
    recipient: Recipient
    mistake: str | None = None

    def wants_to_begin(self, now: datetime) -> bool:
        event = self.event
        return self.mistake is None and not event.has_expired(now) and not event.is_early(now)

    @property
    def ask(self) -> RateAsk:
        return rate_ask(self.channel, self.recipient, (self.notification_id, 1, 1))

    def born(self, *, now: datetime, by: str, waiting: Waiting | None) -> Notification:
        """`waiting`: what it waits for beyond what its event says."""
        failure, words = None, ""
        if self.mistake is not None:
            failure, words = Failure.INVALID, self.mistake
        elif self.event.has_expired(now):
            failure, words = Failure.EXPIRED, "its time had passed when it was accepted"
        elif self.event.send_at is not None and self.event.is_early(now):
            waiting = Waiting(reason=Wait.SCHEDULE, until=self.event.send_at)
        return Notification.born(
            event=self.event,
            channel=self.channel,
            recipient=self.recipient,
            origin=self.origin,
            now=now,
            by=by,
            waiting=waiting,
            failure=failure,
            words=words,
        )


def arrive(event: Event, origin: Position, channel: Channel) -> Arrival | None:
    """None if the event names nobody on this channel."""
    raw = event.addresses.get(channel.address_field)
    if raw is None:
        return None
    mistake = None
    try:
        recipient = channel.read_recipient(raw)
    except InvalidRecipient as error:
        recipient = Recipient(address=raw, key=raw)
        mistake = f"payload.{channel.address_field}: {error}"
    return Arrival(
        notification_id=notification_id(event.id, channel.name),
        event=event,
        channel=channel.name,
        origin=origin,
        recipient=recipient,
        mistake=mistake,
    )
