"""Whose receipt is it that somebody sends to our callback URL?"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import new as keyed_hash
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from domain.notification import Notification

_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRef:
    """One hand-over of one notification."""

    notification_id: UUID
    generation: int
    attempt: int


@dataclass(frozen=True, slots=True)
class CallbackUrl:
    """`base` may have a query of its own, and behind a # what Twilio reads there: how often to
    try, how long to wait. Nobody without the key can make a URL that is read."""

    base: str
    key: bytes = field(repr=False)

    def of(self, notification: Notification) -> str:
        return self.to(
            HandOverRef(
                notification_id=notification.id,
                generation=notification.generation,
                attempt=notification.attempt,
            )
        )

    def to(self, hand_over: HandOverRef) -> str:
        fields = {
            "notification": hand_over.notification_id.hex,
            "generation": str(hand_over.generation),
            "attempt": str(hand_over.attempt),
        }
        url, hash_, overrides = self.base.partition("#")
        separator = "&" if urlsplit(url).query else "?"
        signed = urlencode(fields | {"signature": self._signature(*fields.values())})
        return f"{url}{separator}{signed}{hash_}{overrides}"

    def read(self, url: str) -> HandOverRef | None:
        """None if it is not one of ours, word by word."""
        try:
            query = parse_qs(urlsplit(url).query, max_num_fields=_MOST_FIELDS)
            id_, generation, attempt, signature = (
                _only(query[name])
                for name in ("notification", "generation", "attempt", "signature")
            )
            if not compare_digest(
                signature.encode(), self._signature(id_, generation, attempt).encode()
            ):
                return None
            return HandOverRef(
                notification_id=UUID(hex=id_), generation=int(generation), attempt=int(attempt)
            )
        except (KeyError, ValueError):
            return None

    def _signature(self, *fields: str) -> str:
        return keyed_hash(self.key, "/".join(fields).encode(), sha256).hexdigest()


def _only(values: list[str]) -> str:
    [value] = values
    return value
