"""What do the contracts put into the things under test?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zlib import crc32

from adapters.wire.decoder import WireDecoder
from application.ports.dead_letters import DeadLetterQuery
from domain.channel import Channel
from domain.circuit import CircuitPolicy
from domain.dead_letter import Settled, Settlement
from domain.event import Event
from domain.failure import Failure
from domain.move import Move
from domain.notification import Notification, notification_id
from domain.rate import RateRule
from domain.recipient import Recipient, email_address, phone_number
from domain.record import Position, Record
from domain.repeat import Repeat, Sighting
from domain.retry import RetryPolicy
from domain.status import Status, Wait, Waiting
from domain.uncertainty import EMAIL_UNCERTAINTY, SMS_UNCERTAINTY

#: With microseconds, so that what rounds them is noticed.
NOW = datetime(2026, 3, 2, 9, 0, 0, 123457, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)

EMAIL = Channel(
    name="email",
    address_field="email",
    read_recipient=email_address,
    rate_rule=RateRule(limit=10, window=timedelta(seconds=60)),
    retry_policy=RetryPolicy(),
    uncertainty_policy=EMAIL_UNCERTAINTY,
    circuit_policy=CircuitPolicy(),
)
SMS = replace(
    EMAIL,
    name="sms",
    address_field="phoneNumber",
    read_recipient=phone_number,
    uncertainty_policy=SMS_UNCERTAINTY,
)

DECODER = WireDecoder((EMAIL.address_field, SMS.address_field))
ADDRESSES = {"email": "ada@example.com", "phoneNumber": "+15551234567"}
BY = "worker-1"
#: Also the dead letters that somebody has settled.
EVERYTHING = DeadLetterQuery(only_open=False)
REPLAYED = Settlement(how=Settled.REPLAYED, at=NOW, by="ada", why="the address is right")
DISCARDED = Settlement(how=Settled.DISCARDED, at=NOW, by="grace", why="a test")


def position(offset: int) -> Position:
    return Position(topic="notifications", partition=0, offset=offset)


def event(
    id_: str = "event-1", *, text: str = "Your parcel has arrived", **payload: object
) -> Event:
    told = {**ADDRESSES, "message": text, **payload}
    return read({"eventId": id_, "messageType": "ALERT_RAISED", "payload": told})


def full_event(id_: str = "event-1") -> Event:
    """Every optional field is set, and hard on whoever rounds, trims, quotes or re-encodes."""
    payload = {
        "message": "Grüße, 世界 \U0001f469\u200d\U0001f4bb e\u0301 'x' \"y\" \\ %s {} ;--\n\t ",
        "subject": "Ein „Päckchen“ \U0001f4e6",
        "html": "<p title='&quot;'>Grüße\r\n</p>\u2028 ",
        "phoneNumber": " +1 555 123-4567",
        "email": "Ä@b.de ",
    }
    return read(
        {
            "payload": payload,
            "eventId": id_,
            "messageType": "ÜBER_RAISED",
            "timestamp": 1_772_441_940_001,
            "sendAt": 1_798_761_600_999,
            "expiresAt": 253_402_300_799_999,
            "unread": [1.0, None, 1e300, {"é": "\u00e9"}],
        }
    )


def read(fields: Mapping[str, object]) -> Event:
    """As the decoder reads it, so that a store may keep the body alone."""
    body = json.dumps(fields, indent=1, ensure_ascii=False).encode()
    return DECODER.decode(Record(value=body, position=position(0), appended_at=NOW))


def newborn(
    event_id: str = "event-1",
    *,
    channel: Channel = EMAIL,
    of: Event | None = None,
    now: datetime = NOW,
    offset: int | None = None,
    waiting: Waiting | None = None,
    failure: Failure | None = None,
    words: str = "",
) -> Notification:
    born_of = of or event(event_id)
    address = born_of.addresses[channel.address_field]
    return Notification.born(
        event=born_of,
        channel=channel.name,
        recipient=Recipient(address=address, key=address.casefold()),
        origin=position(crc32(born_of.id.encode()) if offset is None else offset),
        now=now,
        by=BY,
        waiting=waiting,
        failure=failure,
        words=words,
    )


def begun(event_id: str = "event-1", *, channel: Channel = EMAIL) -> Notification:
    """In the hand of whoever accepts it."""
    return newborn(event_id, channel=channel)


def waiting(
    event_id: str = "event-1",
    *,
    until: datetime = NOW,
    reason: Wait = Wait.TURN,
    channel: Channel = EMAIL,
) -> Notification:
    return newborn(event_id, channel=channel, waiting=Waiting(reason=reason, until=until))


def failed(event_id: str = "event-1", *, channel: Channel = EMAIL) -> Notification:
    return newborn(event_id, channel=channel, failure=Failure.INVALID, words="not an address")


def suspect(event_id: str = "event-1", *, until: datetime = NOW) -> Notification:
    """Two workers have died with it in hand."""
    return replace(waiting(event_id, until=until), rescues=2)


def again(
    first: Notification, *, offset: int | None = None, text: str | None = None
) -> Notification:
    """The same event once more: at the same place, at another, or with another text."""
    said = first.event if text is None else event(first.event.id, text=text)
    return replace(
        first,
        event=said,
        origin=first.origin if offset is None else position(offset),
        accepted_at=first.accepted_at + SECOND,
    )


def sighting(
    of: Notification, *, offset: int, kind: Repeat = Repeat.DUPLICATE, body: bytes | None = None
) -> Sighting:
    return Sighting(
        notification_id=of.id,
        event_id=of.event.id,
        kind=kind,
        position=position(offset),
        seen_at=NOW + MICROSECOND,
        body=body,
    )


#: What each status has beside it, as the domain makes it.
_WAITS: Mapping[Status, Wait] = {
    Status.PENDING: Wait.SCHEDULE,
    Status.RETRYING: Wait.BACKOFF,
    Status.UNCERTAIN: Wait.PERSON,
}


def full(status: Status) -> Notification:
    """In this status, with every field set that it can have."""
    wait = _WAITS.get(status)
    event = full_event("é\U0001f389-" + "x" * 250)
    return Notification(
        id=notification_id(event.id, "email"),
        event=event,
        channel="email",
        recipient=Recipient(address="Ä@b.de", key="ä@b.de"),
        origin=Position(topic="tópic", partition=11, offset=2**53 + 1),
        accepted_at=NOW,
        last_move=Move(
            number=1,
            at=NOW + 2 * MICROSECOND,
            by="wörker-1",
            came_from=Status.SENDING,
            status=status,
            generation=3,
            attempt=4,
            due_at=None if wait is None else NOW + 3 * MICROSECOND,
            waiting_for=wait,
            failure=Failure.UNDELIVERED if status is Status.FAILED else None,
            words="450 4.2.0 <***> später, '\"",
            rule="greylisted/450",
        ),
        since=NOW + 4 * MICROSECOND,
        begun_at=NOW + 5 * MICROSECOND,
        resends=1,
        rescues=1,
        provider_id="SM'ü-1",
    )
