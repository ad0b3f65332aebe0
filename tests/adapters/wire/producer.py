"""What might a producer write, and what is read from it?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from adapters.wire.decoder import WireDecoder
from domain.event import Event
from domain.record import Record
from tests.builders import ADA, GRACE, NOON, a_position, at

APPENDED_AT = at(minutes=1)
NOON_MS = round(NOON.timestamp() * 1000)

_DECODER = WireDecoder(("email", "phoneNumber"))


class Absent:
    """In place of a value: the field is left out."""


ABSENT = Absent()


def record(value: bytes | None) -> Record:
    return Record(value=value, position=a_position(), appended_at=APPENDED_AT)


def read(value: bytes | None) -> Event:
    return _DECODER.decode(record(value))


def read_json(fields: object) -> Event:
    return read(json.dumps(fields).encode())


def an_event_with(
    changes: Mapping[str, object] | None = None, *, payload: Mapping[str, object] | None = None
) -> dict[str, object]:
    """For Ada and Grace, with these fields in place of its own."""
    told = {"email": ADA, "phoneNumber": GRACE, "message": "Welcome!"} | dict(payload or {})
    fields: dict[str, object] = {
        "eventId": "9f0c",
        "messageType": "USER_SIGNED_UP",
        "timestamp": NOON_MS,
        "payload": {name: value for name, value in told.items() if value is not ABSENT},
    }
    fields |= changes or {}
    return {name: value for name, value in fields.items() if value is not ABSENT}


def with_field(path: str, value: object) -> dict[str, object]:
    """An event whose field at `path`, as the errors write it, is this."""
    within, _, name = path.rpartition(".")
    return an_event_with(payload={name: value}) if within else an_event_with({name: value})


def with_raw(path: str, value: bytes) -> bytes:
    """The same, for what `json` would not write."""
    placeholder = "here it goes"
    whole = json.dumps(with_field(path, placeholder)).encode()
    return whole.replace(json.dumps(placeholder).encode(), value)
