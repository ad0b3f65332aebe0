"""What stays of an event whose body was erased, and how is it read again?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from adapters.wire.encoder import milliseconds
from application.ports.event_decoder import EventDecoder
from domain.errors import UnreadableEvent
from domain.event import FORGOTTEN_BODY, Event
from domain.record import Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEGINNING = b'{"forgotten":'
_NOBODY: Mapping[str, str] = {}


class _Facts(msgspec.Struct, frozen=True, rename="camel"):
    event_id: str
    message_type: str
    digest: str
    send_at: int | None = None
    expires_at: int | None = None


class _Remains(msgspec.Struct, frozen=True):
    forgotten: _Facts


_decode = msgspec.json.Decoder(_Remains).decode


def remains_of(event: Event) -> bytes:
    """In the place of its body. No producer can have published it: it holds no payload."""
    facts = _Facts(
        event_id=event.id,
        message_type=event.message_type,
        digest=event.digest.hex(),
        send_at=None if event.send_at is None else milliseconds(event.send_at),
        expires_at=None if event.expires_at is None else milliseconds(event.expires_at),
    )
    return msgspec.json.encode(_Remains(forgotten=facts))


def read_stored(decoder: EventDecoder, record: Record) -> Event:
    """What the store accepted once, or what is left of it."""
    try:
        return decoder.decode(record)
    except UnreadableEvent:
        if record.value is None or not record.value.startswith(_BEGINNING):
            raise
    facts = _decode(record.value).forgotten
    return Event(
        id=facts.event_id,
        message_type=facts.message_type,
        occurred_at=record.appended_at,
        addresses=_NOBODY,
        text="",
        send_at=_instant(facts.send_at),
        expires_at=_instant(facts.expires_at),
        digest=bytes.fromhex(facts.digest),
        body=FORGOTTEN_BODY,
    )


def _instant(since_epoch: int | None) -> datetime | None:
    return None if since_epoch is None else _EPOCH + timedelta(milliseconds=since_epoch)
