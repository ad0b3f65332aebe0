"""How is an event written in the wire format?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_event(
    *,
    event_id: str,
    message_type: str,
    occurred_at: datetime,
    text: str,
    addresses: Mapping[str, str | None],
    subject: str | None = None,
    html: str | None = None,
    send_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> bytes:
    """`addresses` by the payload's field name. What is None is left out."""
    payload = {**addresses, "subject": subject, "message": text, "html": html}
    event = {
        "eventId": event_id,
        "messageType": message_type,
        "timestamp": milliseconds(occurred_at),
        "sendAt": None if send_at is None else milliseconds(send_at),
        "expiresAt": None if expires_at is None else milliseconds(expires_at),
    }
    given: dict[str, object] = {name: value for name, value in event.items() if value is not None}
    given["payload"] = {name: value for name, value in payload.items() if value is not None}
    return msgspec.json.encode(given)


def milliseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)
