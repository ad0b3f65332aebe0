"""Who sits before the browser, and may they come in?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from ipaddress import ip_address

from starlette.requests import Request

from domain.api_key import ApiKey, Scope, hash_of
from domain.audit import Action, AuditEntry
from entrypoints.api.access import (
    ANYBODY_HERE,
    Caller,
    Doorkeeper,
    is_for_this_machine,
    is_from_another_site,
    token_of,
)
from entrypoints.api.problems import Refused
from entrypoints.container import Tidings
from entrypoints.settings import Settings
from entrypoints.terminal.words import plain

SESSION = "tidings_session"
FORM = "tidings_form"
SESSION_FOR = timedelta(hours=12)
_LONGEST_NAME = 100
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    caller: Caller
    form_secret: str  #: a browser's own, which no other site knows
    has_session: bool = False

    def may(self, scope: Scope) -> bool:
        return scope in self.caller.scopes


def form_token(form_secret: str, name: str) -> str:
    """What each form carries, so that no page of another site can fill one in."""
    return hmac(form_secret.encode(), name.encode(), sha256).hexdigest()


def is_own_form(form_secret: str, name: str, token: str) -> bool:
    return compare_digest(form_token(form_secret, name).encode(), token.encode())


class Reception:
    def __init__(self, tidings: Tidings, settings: Settings) -> None:
        self._tidings = tidings
        self._settings = settings
        self._doorkeeper = Doorkeeper(tidings.api_keys, tidings.clock)

    async def visitor(self, request: Request) -> Visitor | None:
        """None: they have to sign in. Raises Refused, StoreUnavailable."""
        self._refuse_other_sites(request)
        form_secret = request.cookies.get(FORM) or secrets.token_urlsafe(24)
        if (name := self._name_by_proxy(request)) is not None:
            caller = Caller(name=name, scopes=self._settings.scopes_by_proxy)
            return Visitor(caller=caller, form_secret=form_secret)
        if not self._settings.needs_keys:
            return Visitor(caller=ANYBODY_HERE, form_secret=form_secret)
        token = request.cookies.get(SESSION)
        admitted = await self._doorkeeper.admit(token) if token else None
        if admitted is None:
            return None
        return Visitor(caller=admitted, form_secret=form_secret, has_session=True)

    async def sign_in(self, key: str) -> str:
        """What the browser keeps for SESSION_FOR, or until the key ends. Raises Refused."""
        caller = await self._doorkeeper.admit(key)
        found = caller and caller.key_id and await self._tidings.api_keys.find(caller.key_id)
        if not found or found.session_of is not None:
            raise Refused("unauthenticated", "this is no valid key")
        if Scope.READ not in found.scopes:
            detail = (
                f"the key `{found.name}` has no scope `{Scope.READ}`, so there is nothing to see"
            )
            raise Refused("forbidden", detail)
        id_, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        session = self._session(found, id_, secret)
        await self._tidings.api_keys.add(session)
        entry = AuditEntry(
            at=session.made_at, by=found.name, action=Action.SIGNED_IN, about=f"key {found.id}"
        )
        await self._tidings.audit_log.append([entry])
        return token_of(id_, secret)

    async def sign_out(self, request: Request, visitor: Visitor) -> None:
        if visitor.has_session and visitor.caller.key_id is not None:
            now = self._tidings.clock.now()
            await self._tidings.api_keys.revoke(visitor.caller.key_id, now=now)
            self._doorkeeper.forget(request.cookies[SESSION])

    def _session(self, key: ApiKey, id_: str, secret: str) -> ApiKey:
        now = self._tidings.clock.now()
        until = now + SESSION_FOR
        return ApiKey(
            id=id_,
            name=key.name,
            hash=hash_of(secret),
            scopes=key.scopes,
            made_at=now,
            made_by=key.name,
            session_of=key.id,
            expires_at=min(until, key.expires_at or until),
        )

    def _refuse_other_sites(self, request: Request) -> None:
        if not self._settings.needs_keys and not is_for_this_machine(request):
            raise Refused("forbidden", "only this machine is served while no keys are needed")
        if is_from_another_site(request) and not is_link(request):
            raise Refused("forbidden", "a page of another site asked for this")

    def _name_by_proxy(self, request: Request) -> str | None:
        """What others than the proxies say of themselves does not count."""
        header = self._settings.console_user_header
        names = request.headers.getlist(header) if header else []
        if not names or request.client is None:
            return None
        try:
            peer = ip_address(request.client.host)
        except ValueError:
            return None
        if not any(peer in network for network in self._settings.trusted_proxies):
            return None
        name = names[0].encode("latin-1").decode("utf-8", "replace").strip()
        if len(names) > 1 or not name:
            raise Refused("forbidden", f"the proxy does not say who asks, in {header}")
        return plain(name)[:_LONGEST_NAME]


def is_link(request: Request) -> bool:
    """Somebody follows a link from elsewhere: the other page cannot see where it leads."""
    return (
        request.method in _READS
        and request.headers.get("sec-fetch-mode") == "navigate"
        and request.headers.get("sec-fetch-dest") == "document"
    )
