"""What does a test take when the details do not matter to it?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from domain.channel import Channel
from domain.circuit import CircuitPolicy
from domain.event import Event
from domain.failure import Failure
from domain.notification import Notification
from domain.rate import RateRule
from domain.receipt import Receipt, ReceiptVerdict
from domain.recipient import Recipient, email_address, phone_number
from domain.record import Position
from domain.retry import RetryPolicy
from domain.status import Wait, Waiting
from domain.uncertainty import EMAIL_UNCERTAINTY, SMS_UNCERTAINTY, UncertaintyPolicy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = "ada@example.com"
GRACE = "+15551234567"
WORKER = "worker-1"

_MINUTE = timedelta(minutes=1)
_RETRIES = RetryPolicy()
_CIRCUIT = CircuitPolicy()


def at(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
    """That long after noon, when every test begins."""
    return NOON + timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)


def an_id(number: int = 1) -> UUID:
    return UUID(int=number)


def a_position(offset: int = 0, *, partition: int = 0, topic: str = "notifications") -> Position:
    return Position(topic=topic, partition=partition, offset=offset)


def an_event(
    *,
    event_id: str = "9f0c",
    message_type: str = "USER_SIGNED_UP",
    email: str | None = ADA,
    phone_number: str | None = GRACE,
    text: str = "Welcome!",
    subject: str | None = None,
    html: str | None = None,
    occurred_at: datetime = NOON,
    send_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Event:
    """For Ada by email and Grace by SMS; the digest and the body say what the fields say."""
    addresses = {
        field: raw for field, raw in (("email", email), ("phoneNumber", phone_number)) if raw
    }
    words = {"message": text, "subject": subject, "html": html}
    payload = addresses | {field: value for field, value in words.items() if value is not None}
    instants = {"timestamp": occurred_at, "sendAt": send_at, "expiresAt": expires_at}
    wire = {"eventId": event_id, "messageType": message_type, "payload": payload} | {
        field: round(instant.timestamp() * 1000)
        for field, instant in instants.items()
        if instant is not None
    }
    return Event(
        id=event_id,
        message_type=message_type,
        occurred_at=occurred_at,
        addresses=addresses,
        text=text,
        subject=subject,
        html=html,
        send_at=send_at,
        expires_at=expires_at,
        digest=sha256(json.dumps(payload, sort_keys=True).encode()).digest(),
        body=json.dumps(wire).encode(),
    )


def email_channel(
    *,
    limit: int = 10,
    window: timedelta = _MINUTE,
    retry_policy: RetryPolicy = _RETRIES,
    uncertainty_policy: UncertaintyPolicy = EMAIL_UNCERTAINTY,
    circuit_policy: CircuitPolicy = _CIRCUIT,
    in_flight: int = 1000,
    concurrency: int = 32,
) -> Channel:
    """With the defaults that people get."""
    return Channel(
        name="email",
        address_field="email",
        read_recipient=email_address,
        rate_rule=RateRule(limit=limit, window=window),
        retry_policy=retry_policy,
        uncertainty_policy=uncertainty_policy,
        circuit_policy=circuit_policy,
        in_flight=in_flight,
        concurrency=concurrency,
    )


def sms_channel(
    *,
    limit: int = 5,
    window: timedelta = _MINUTE,
    retry_policy: RetryPolicy = _RETRIES,
    uncertainty_policy: UncertaintyPolicy = SMS_UNCERTAINTY,
    circuit_policy: CircuitPolicy = _CIRCUIT,
    in_flight: int = 32,
    concurrency: int = 32,
) -> Channel:
    """With the defaults that people get."""
    return Channel(
        name="sms",
        address_field="phoneNumber",
        read_recipient=phone_number,
        rate_rule=RateRule(limit=limit, window=window),
        retry_policy=retry_policy,
        uncertainty_policy=uncertainty_policy,
        circuit_policy=circuit_policy,
        in_flight=in_flight,
        concurrency=concurrency,
    )


EMAIL = email_channel()
SMS = sms_channel()


def waiting(reason: Wait = Wait.RATE, *, until: datetime = NOON) -> Waiting:
    return Waiting(reason=reason, until=until)


def a_begun_notification(
    *,
    channel: Channel = EMAIL,
    event: Event | None = None,
    origin: Position | None = None,
    now: datetime = NOON,
    by: str = WORKER,
) -> Notification:
    """Born SENDING: nothing stood in its way."""
    event = event or an_event()
    return Notification.born(
        event=event,
        channel=channel.name,
        recipient=channel.read_recipient(event.addresses[channel.address_field]),
        origin=origin or a_position(),
        now=now,
        by=by,
    )


def a_held_notification(
    *,
    reason: Wait = Wait.RATE,
    until: datetime = NOON,
    channel: Channel = EMAIL,
    event: Event | None = None,
    origin: Position | None = None,
    now: datetime = NOON,
    by: str = WORKER,
) -> Notification:
    """Born PENDING: it waits for `reason`."""
    event = event or an_event()
    return Notification.born(
        event=event,
        channel=channel.name,
        recipient=channel.read_recipient(event.addresses[channel.address_field]),
        origin=origin or a_position(),
        now=now,
        by=by,
        waiting=waiting(reason, until=until),
    )


def a_failed_notification(
    *,
    failure: Failure = Failure.INVALID,
    words: str = "not an email address (want name@domain.tld)",
    channel: Channel = EMAIL,
    event: Event | None = None,
    origin: Position | None = None,
    now: datetime = NOON,
    by: str = WORKER,
) -> Notification:
    """Born FAILED: it cannot be served. Its address may be none, and stands as it was given."""
    event = event or an_event(email="ada at example.com")
    raw = event.addresses[channel.address_field]
    return Notification.born(
        event=event,
        channel=channel.name,
        recipient=Recipient(address=raw, key=raw),
        origin=origin or a_position(),
        now=now,
        by=by,
        failure=failure,
        words=words,
    )


def a_receipt(
    verdict: ReceiptVerdict = ReceiptVerdict.DELIVERED,
    *,
    of: Notification,
    generation: int | None = None,
    attempt: int | None = None,
    provider_id: str | None = "SM1",
    words: str = "",
    received_at: datetime = NOON,
) -> Receipt:
    """Of its latest hand-over, unless it is said of which."""
    return Receipt(
        notification_id=of.id,
        generation=of.generation if generation is None else generation,
        attempt=of.attempt if attempt is None else attempt,
        verdict=verdict,
        provider_id=provider_id,
        words=words or verdict,
        rule=f"row of {verdict}",
        received_at=received_at,
    )
