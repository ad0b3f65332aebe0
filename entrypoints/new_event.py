"""What does an application ask for, and can it be served?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from adapters.mail.address import read_email_address
from adapters.wire.encoder import encode_event
from domain.errors import InvalidRecipient, TidingsError, UnreadableEvent
from domain.recipient import Recipient, phone_number
from entrypoints.channels import ADDRESS_FIELDS

#: By the field that is wrong: the argument that it was written from, and better words for it.
_BY_FIELD: Mapping[str, tuple[str, str | None]] = {
    "payload": ("email or phone", "give one of them, or both"),
    "payload.email": ("email", None),
    "payload.phoneNumber": ("phone", None),
    "payload.message": ("message", None),
    "payload.subject": ("subject", None),
    "payload.html": ("html", None),
    "eventId": ("event_id", None),
    "messageType": ("message_type", None),
    "sendAt": ("send_at", None),
    "expiresAt": ("expires_at", None),
}
_ADDRESSES: Mapping[str, Callable[[str], Recipient]] = {
    "email": read_email_address,
    "phone": phone_number,
}
_TEXTS = ("event_id", "message_type", "message", "email", "phone", "subject", "html")
_INSTANTS = ("send_at", "expires_at")


class BadEvent(TidingsError, ValueError):
    """Names the argument, never its value; `number` says, from 0, which event of several."""

    def __init__(self, argument: str, problem: str, *, number: int | None) -> None:
        which = "" if number is None else f"event {number}: "
        super().__init__(f"{which}{argument}: {problem}")
        self.argument = argument
        self.problem = problem
        self.number = number

    @classmethod
    def of(cls, unreadable: UnreadableEvent, event: NewEvent, *, number: int | None) -> BadEvent:
        """Of the whole record nothing can be wrong but its length."""
        if unreadable.field == "record":
            return cls(event.longest, f"makes the event {unreadable.problem}", number=number)
        argument, problem = _BY_FIELD[unreadable.field]
        return cls(argument, problem or unreadable.problem, number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One thing to tell, by email, by SMS or by both.

    An address that is "" counts as none. Instants carry their time zone.
    """

    message_type: str
    message: str
    email: str | None = None
    phone: str | None = None
    event_id: str | None = None
    subject: str | None = None
    html: str | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    #: The one that is given, else one made up once: to publish it again tells nobody twice.
    id: str = field(init=False)

    def __post_init__(self) -> None:
        event_id = str(uuid4()) if self.event_id is None else self.event_id
        object.__setattr__(self, "id", event_id)

    @property
    def longest(self) -> str:
        """The argument with the longest text."""
        return max(_TEXTS, key=lambda argument: len((getattr(self, argument) or "").encode()))

    def encode(self, *, occurred_at: datetime, number: int | None) -> bytes:
        """In the wire format. Raises BadEvent."""
        for argument, problem in self._problems():
            raise BadEvent(argument, problem, number=number)
        addresses = (self.email or None, self.phone or None)
        return encode_event(
            event_id=self.id,
            message_type=self.message_type,
            occurred_at=occurred_at,
            text=self.message,
            addresses=dict(zip(ADDRESS_FIELDS, addresses, strict=True)),
            subject=self.subject,
            html=self.html,
            send_at=self.send_at,
            expires_at=self.expires_at,
        )

    def _problems(self) -> Iterator[tuple[str, str]]:
        """What the decoder cannot see, or not by the name of an argument."""
        for argument in _TEXTS:
            if problem := _problem_of_text(getattr(self, argument)):
                yield argument, problem
        for argument, read in _ADDRESSES.items():
            if problem := _problem_of_address(getattr(self, argument), read):
                yield argument, problem
        for argument in _INSTANTS:
            if problem := _problem_of_instant(getattr(self, argument)):
                yield argument, problem


def _problem_of_text(text: object) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        return f"{type(text).__name__} where text is wanted"
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "holds a character that no text may hold (U+0000, or half of a pair)"
    return None


def _problem_of_address(raw: str | None, read: Callable[[str], Recipient]) -> str | None:
    try:
        if raw:
            read(raw)
    except InvalidRecipient as error:
        return error.problem
    return None


def _problem_of_instant(instant: object) -> str | None:
    if instant is None:
        return None
    if not isinstance(instant, datetime):
        return f"{type(instant).__name__} where a datetime is wanted"
    if instant.utcoffset() is None:
        return "has no time zone; give it one, as datetime.now(UTC) has"
    return None
