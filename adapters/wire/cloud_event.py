"""What does a CloudEvent (version 1.0) say in our own words?

`id`, `type`, `time` and `data` are `eventId`, `messageType`, `timestamp` and `payload`; the
extension attributes `sendat` and `expiresat` are instants as `time` is, and `traceparent` is that
of the extension Distributed Tracing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from domain.errors import UnreadableEvent

_VERSION = "1.0"
_PREFIX = "ce_"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS = {"time": "timestamp", "sendat": "sendAt", "expiresat": "expiresAt"}


def is_binary(headers: Mapping[str, bytes]) -> bool:
    """The attributes lie in the record's headers, and its value is the data alone."""
    return "ce_specversion" in headers or "ce_id" in headers


def is_structured(event: Mapping[str, Any]) -> bool:
    return "specversion" in event and "eventId" not in event


def in_our_words(event: Mapping[str, Any]) -> dict[str, Any]:
    """Of one in structured mode. Raises UnreadableEvent."""
    if event["specversion"] != _VERSION:
        raise UnreadableEvent("specversion", f"a CloudEvent of another version than {_VERSION}")
    if "data_base64" in event:
        raise UnreadableEvent("data_base64", "bytes where an object in data is wanted")
    return _attributes(event) | {"payload": event.get("data")}


def in_wire_format(data: bytes, headers: Mapping[str, bytes]) -> bytes:
    """Of one in binary mode, so that what is kept of it can be read without the headers.

    `data` is one JSON value, as has been seen. Raises UnreadableEvent.
    """
    given = {
        name.removeprefix(_PREFIX): _text(name, value)
        for name, value in headers.items()
        if name.startswith(_PREFIX)
    }
    if given.get("specversion", _VERSION) != _VERSION:
        raise UnreadableEvent("ce_specversion", f"a CloudEvent of another version than {_VERSION}")
    said = {name: value for name, value in _attributes(given).items() if value is not None}
    return msgspec.json.encode(said | {"payload": msgspec.Raw(data)})


def _attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "eventId": given.get("id"),
        "messageType": given.get("type"),
        "traceparent": given.get("traceparent"),
    }
    return told | {ours: _instant(theirs, given.get(theirs)) for theirs, ours in _INSTANTS.items()}


def _instant(name: str, value: object) -> int | None:
    """In milliseconds since 1970."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UnreadableEvent(name, "no instant such as 2026-03-02T12:00:00Z (RFC 3339)")
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise UnreadableEvent(name, f"not UTF-8 from byte {error.start} on") from error
