"""Whose receipt is it that somebody sends to our callback URL?"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import new as keyed_hash
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from domain.notification import Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRef:
    """One hand-over of one notification."""

    notification_id: UUID
    generation: int
    attempt: int


@dataclass(frozen=True, slots=True)
class CallbackUrl:
    """`base` may have a query of its own. Nobody without the key can make a URL that is read."""

    base: str
    key: bytes = field(repr=False)

    def of(self, notification: Notification) -> str:
        fields = {
            "notification": notification.id.hex,
            "generation": str(notification.generation),
            "attempt": str(notification.attempt),
        }
        separator = "&" if urlsplit(self.base).query else "?"
        signed = urlencode(fields | {"signature": self._signature(*fields.values())})
        return f"{self.base}{separator}{signed}"

    def read(self, url: str) -> HandOverRef | None:
        """None if it is not one of ours, word by word."""
        query = parse_qs(urlsplit(url).query)
        try:
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
