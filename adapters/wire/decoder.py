"""What does a record in the wire format say?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from adapters.wire import cloud_event
from adapters.wire.trace_context import traceparent_among, well_formed, with_traceparent
from application.ports.event_decoder import EventDecoder
from domain.errors import UnreadableEvent
from domain.event import Event
from domain.record import Record

LARGEST = 256 * 1024  #: bytes of a record
DEEPEST = 32  #: objects and arrays within each other
LONGEST_ID = 255  #: characters of an eventId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
LATEST_MS = 253_402_300_799_999  #: the end of the year 9999
_LARGEST_INTEGER = 2**63

# A string that never ends counts to the end of the bytes, so that the scan stays linear.
_STRING_OR_BRACKET = re.compile(rb'"(?>[^"\\]+|\\.|\\\Z)*+(?:"|\Z)|[\[{\]}]', re.DOTALL)
# Of nineteen digits or more; so much faster looked for than by an expression.
_ALL_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_INTEGER = b"0" * 19
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")


class WireDecoder(EventDecoder):
    """Reads our own format, and CloudEvents in structured and in binary mode.

    `address_fields` are the payload's fields that name a recipient, one per channel.
    """

    def __init__(self, address_fields: tuple[str, ...]) -> None:
        self._address_fields = address_fields
        self._keys = {field: f'"{field}"'.encode() for field in address_fields}
        self._decode = msgspec.json.Decoder().decode
        self._encode_sorted = msgspec.json.Encoder(order="sorted").encode

    def decode(self, record: Record) -> Event:
        value = record.value
        if record.damage is not None:
            raise UnreadableEvent("record", record.damage)
        if value is None:
            raise UnreadableEvent("record", "a tombstone, which holds no event")
        if record.headers and cloud_event.is_binary(record.headers):
            self._parsed(value)
            value = cloud_event.in_wire_format(value, record.headers)
        event = self._parsed(value)
        if cloud_event.is_structured(event):
            event = cloud_event.in_our_words(event)
        traceparent = traceparent_among(record.headers) if record.headers else None
        if traceparent is None:
            traceparent = well_formed(event.get("traceparent"))
        elif len(traced := with_traceparent(value, traceparent)) <= LARGEST:
            value = traced  # what is kept has no headers
        payload = event.get("payload")
        if not isinstance(payload, dict):
            raise UnreadableEvent("payload", f"{_shape(payload)} where an object is wanted")
        event_id = _text(event, "eventId")
        if not event_id or len(event_id) > LONGEST_ID:
            raise UnreadableEvent(
                "eventId", f"{_shape(event_id)} where 1 to {LONGEST_ID} characters are wanted"
            )
        text = _cleaned(_text(payload, "message", "payload.") or "")
        if not text.strip():
            raise UnreadableEvent("payload.message", "nothing to tell; give it some text")
        return Event(
            id=event_id,
            message_type=_text(event, "messageType") or "",
            occurred_at=_instant(event, "timestamp") or record.appended_at,
            addresses=self._addresses(payload),
            text=text,
            subject=_one_line(_text(payload, "subject", "payload.")),
            html=_text(payload, "html", "payload.") or None,
            send_at=_instant(event, "sendAt"),
            expires_at=_instant(event, "expiresAt"),
            digest=sha256(self._encode_sorted(payload)).digest(),
            body=value,
            traceparent=traceparent,
        )

    def passes_over(self, record: Record, address_field: str) -> bool:
        value = record.value
        # An escape could spell the field's name in another way.
        if value is None or self._keys[address_field] in value or b"\\u" in value:
            return False
        if record.damage is not None:
            return False
        for key in self._keys.values():  # noqa: SIM110 - met for every record: any() takes longer
            if key in value:
                return True
        return False

    def _parsed(self, value: bytes) -> dict[str, Any]:
        if len(value) > LARGEST:
            raise UnreadableEvent("record", f"{len(value)} bytes (at most {LARGEST})")
        if value.count(b"{") + value.count(b"[") > DEEPEST and _is_too_deep(value):
            raise UnreadableEvent("record", f"nested deeper than {DEEPEST}")
        try:
            event = self._decode(value)
        except UnicodeDecodeError as error:
            raise UnreadableEvent("record", _where_not_utf8(value)) from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise UnreadableEvent("record", f"not JSON: {_without_values(error)}") from error
        if not isinstance(event, dict):
            raise UnreadableEvent("record", f"{_shape(event)} where an object is wanted")
        if b"\\u0000" in value or _LONG_INTEGER in value.translate(_ALL_ZEROS):
            _check_scalars(event)
        return event

    def _addresses(self, payload: dict[str, Any]) -> dict[str, str]:
        addresses = {
            field: raw
            for field in self._address_fields
            if (raw := _text(payload, field, "payload."))
        }
        if not addresses:
            wanted = " or ".join(f"payload.{field}" for field in self._address_fields)
            raise UnreadableEvent("payload", f"no address at all; give {wanted}")
        return addresses


def _text(fields: dict[str, Any], name: str, prefix: str = "") -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableEvent(f"{prefix}{name}", f"{_shape(value)} where text is wanted")


def _instant(fields: dict[str, Any], name: str) -> datetime | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is not int and not (isinstance(value, float) and value.is_integer()):
        raise UnreadableEvent(name, f"{_shape(value)} where milliseconds since 1970 are wanted")
    if not 0 <= value <= LATEST_MS:
        raise UnreadableEvent(name, "outside the years 1970 to 9999, in milliseconds since 1970")
    return _EPOCH + int(value) * _MILLISECOND


def _cleaned(text: str) -> str:
    """Without control characters; every way to end a line becomes a newline."""
    if text.isprintable():
        return text
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def _one_line(text: str | None) -> str | None:
    return " ".join(_cleaned(text).split()) or None if text else None


def _is_too_deep(value: bytes) -> bool:
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(value):
        depth += (token[0] in b"[{") - (token[0] in b"]}")
        if depth > DEEPEST:
            return True
    return False


def _check_scalars(event: dict[str, Any]) -> None:
    for scalar in _scalars(event):
        if isinstance(scalar, str) and "\0" in scalar:
            raise UnreadableEvent("record", "text with the character U+0000")
        if isinstance(scalar, int) and not -_LARGEST_INTEGER <= scalar < _LARGEST_INTEGER:
            raise UnreadableEvent("record", "a whole number that does not fit into 64 bits")


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from _scalars(held)
    elif isinstance(value, list):
        for held in value:
            yield from _scalars(held)
    else:
        yield value


def _shape(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return f"text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"


def _where_not_utf8(value: bytes) -> str:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 from byte {error.start} on"
    return "not UTF-8"


def _without_values(error: Exception) -> str:
    return str(error) if isinstance(error, msgspec.DecodeError) else "nested too deeply"
