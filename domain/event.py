"""What did a producer ask for?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

#: The subject of an email whose producer gave none, by message type.
DEFAULT_SUBJECTS: Mapping[str, str] = {
    "USER_SIGNED_UP": "Welcome",
    "PAYMENT_SUCCESSFUL": "Payment received",
    "ALERT_RAISED": "Alert",
}
PLAIN_SUBJECT = "Notification"

#: In the place of a body that was erased. Nobody reads an event from it.
FORGOTTEN_BODY = b'{"forgotten":{}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing to tell, once, to everybody it names.

    `addresses` holds the raw text of each address given, by the payload's field name.
    `digest` is the SHA-256 of the payload with sorted keys: equal digests mean that a
    producer said the same thing. `body` is the whole event in the wire format, so that
    fields nobody reads yet are kept. `traceparent` is that of whoever published it, well-formed
    (W3C Trace Context 3.2).
    """

    id: str
    message_type: str
    occurred_at: datetime
    addresses: Mapping[str, str]
    text: str
    subject: str | None = None
    html: str | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    digest: bytes
    body: bytes
    traceparent: str | None = None

    @property
    def subject_line(self) -> str:
        return self.subject or DEFAULT_SUBJECTS.get(self.message_type, PLAIN_SUBJECT)

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits. Of an event that came without a trace it follows from its id,
        so that every lane and every worker says the same."""
        if self.traceparent is not None:
            return self.traceparent.split("-")[1]
        return sha256(self.id.encode()).hexdigest()[:32]

    @property
    def is_forgotten(self) -> bool:
        """Every other one names somebody."""
        return not self.addresses

    def forgotten(self) -> Event:
        """Without whom it was for and what it said. Its digest stays: it is known again."""
        return replace(
            self,
            addresses={},
            text="",
            subject=None,
            html=None,
            body=FORGOTTEN_BODY,
            traceparent=None,
        )

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_early(self, now: datetime) -> bool:
        """Its producer wants it told later."""
        return self.send_at is not None and self.send_at > now
