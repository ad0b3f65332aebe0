"""What does a plain database URL mean to the driver?"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from application.errors import StoreUnavailable

_WANTED = "postgresql://user:password@host:5432/database"
_SCHEMES = frozenset({"postgresql", "postgres"})


def _unverified(_root: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _verified(root: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=root)


def _verified_but_its_name(root: str | None) -> ssl.SSLContext:
    context = _verified(root)
    context.check_hostname = False
    return context


#: As libpq has them. What it calls "allow" is not worth having.
_SSL_MODES: Mapping[str, Callable[[str | None], ssl.SSLContext | str | bool]] = {
    "disable": lambda _: False,
    "prefer": lambda _: "prefer",
    "require": _unverified,
    "verify-ca": _verified_but_its_name,
    "verify-full": _verified,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the driver goes. Neither `shown` nor its repr tells the password."""

    url: URL
    ssl: ssl.SSLContext | str | bool

    @property
    def shown(self) -> str:
        return f"PostgreSQL at {self.url.host}:{self.url.port or 5432}/{self.url.database}"


def endpoint(plain: str) -> Endpoint:
    """Raises StoreUnavailable, with what to write instead; it never repeats the URL."""
    try:
        url = make_url(plain.strip())
    except (ArgumentError, ValueError):
        raise _wrong("it is no URL", f"write it as {_WANTED}") from None
    if url.drivername not in _SCHEMES:
        raise _wrong(f"it begins with {url.drivername}://", f"write it as {_WANTED}")
    if not url.host or not url.database:
        missing = "host" if not url.host else "database"
        raise _wrong(f"it names no {missing}", f"write it as {_WANTED}")
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    unknown = sorted(set(url.query) - {"sslmode", "sslrootcert"})
    if unknown:
        raise _wrong(
            f"the parameter {unknown[0]} is not known",
            "leave it out; sslmode and sslrootcert are understood",
        )
    bare = url.set(drivername="postgresql+asyncpg", query={})
    return Endpoint(url=bare, ssl=_ssl(query))


def _ssl(query: Mapping[str, str]) -> ssl.SSLContext | str | bool:
    mode, root = query.get("sslmode", "prefer"), query.get("sslrootcert")
    if mode not in _SSL_MODES:
        raise _wrong(f"sslmode={mode} is not known", f"use one of {', '.join(_SSL_MODES)}")
    try:
        return _SSL_MODES[mode](None if root == "system" else root)
    except OSError as error:
        raise _wrong(
            f"sslrootcert {root}: {error.strerror or error}",
            "name a file of certificates in PEM that this user may read",
        ) from error


def _wrong(problem: str, fix: str) -> StoreUnavailable:
    return StoreUnavailable(f"the database URL: {problem}", fix=fix)
