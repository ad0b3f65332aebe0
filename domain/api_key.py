"""Who may ask or do what over HTTP?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest


class Scope(StrEnum):
    SEND = "send"  #: publish events
    READ = "read"  #: see what happened, with addresses masked
    PERSONAL = "personal"  #: see addresses and messages
    OPERATE = "operate"  #: replay, discard, resolve, pause and resume


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Its secret is known to its owner alone. A session is a key that ends with the one that
    it was begun with."""

    id: str
    name: str
    hash: bytes = field(repr=False)
    scopes: frozenset[Scope]
    made_at: datetime
    made_by: str
    session_of: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def opens_with(self, secret: str) -> bool:
        return compare_digest(self.hash, hash_of(secret))


def hash_of(secret: str) -> bytes:
    """A secret is long and random, so that a fast hash hides it as well as a slow one."""
    return sha256(secret.encode()).digest()
