"""Who asks, and what may they do?"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from starlette.requests import Request

from application.errors import StoreUnavailable
from application.ports.api_keys import ApiKeys
from application.ports.clock import Clock
from domain.api_key import ApiKey, Scope

PREFIX = "tidings"
#: So long a key is believed without looking it up again; so long, then, it outlives its end.
BELIEVED_FOR = timedelta(seconds=5)
_TOLD_EVERY = timedelta(minutes=1)
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
#: A browser says so of what a page of another site makes it do.
_FOREIGN = frozenset({"cross-site", "same-site"})
_MOST_BELIEVED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`key_id` is None for who needs no key. Whoever has a session came by the console."""

    name: str
    scopes: frozenset[Scope]
    key_id: str | None = None
    has_session: bool = False


#: Whoever reaches a server that is for this machine alone.
ANYBODY_HERE = Caller(name="anybody on this machine", scopes=frozenset(Scope))


def is_for_this_machine(request: Request) -> bool:
    """Under a name of this machine's own: any other name may be another site's that leads here."""
    return _LOOPBACK.fullmatch(request.headers.get("host", "")) is not None


def is_from_another_site(request: Request) -> bool:
    """A browser says that a page of another site makes it ask. Whoever ends TLS before us may
    change the scheme, so that only the host is compared."""
    if request.headers.get("sec-fetch-site") in _FOREIGN:
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host", "")


def token_of(key_id: str, secret: str) -> str:
    """What its owner keeps. Scanners for leaked secrets know it by its prefix."""
    return f"{PREFIX}_{key_id}_{secret}"


class Doorkeeper:
    def __init__(self, keys: ApiKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._believed: dict[bytes, tuple[Caller, datetime]] = {}

    async def admit(self, token: str) -> Caller | None:
        """None if it is no valid key. Raises StoreUnavailable."""
        digest, now = sha256(token.encode()).digest(), self._clock.now()
        caller, until = self._believed.get(digest, (None, now))
        if caller is not None and now < until:
            return caller
        self._believed.pop(digest, None)
        key = await self._look_up(token, now)
        if key is None:
            return None
        caller = Caller(
            name=key.name,
            scopes=key.scopes,
            key_id=key.id,
            has_session=key.session_of is not None,
        )
        if len(self._believed) >= _MOST_BELIEVED:
            self._believed.clear()
        until = now + BELIEVED_FOR
        self._believed[digest] = caller, min(until, key.expires_at or until)
        return caller

    def forget(self, token: str) -> None:
        """It ended just now: it is looked up again."""
        self._believed.pop(sha256(token.encode()).digest(), None)

    async def _look_up(self, token: str, now: datetime) -> ApiKey | None:
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not key_id.isalnum() or not secret:
            return None
        key = await self._keys.find(key_id)
        if key is None or not key.opens_with(secret) or not key.is_valid(now):
            return None
        if key.used_at is None or now - key.used_at > _TOLD_EVERY:
            with suppress(StoreUnavailable):  # who may come in is not kept out for that
                await self._keys.used(key.session_of or key.id, now=now)
        return key
