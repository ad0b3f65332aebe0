"""What do PostgreSQL's errors mean, and what can a person do about each?"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from application.errors import RowRefused, StoreUnavailable
from domain.errors import TidingsError

#: Everything that a call to the server can raise.
FAULTS = (
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    UnicodeError,
)

#: By SQLSTATE, or its first characters; the longest one that fits counts.
_FIXES = {
    "08": "start the server, or set the right host and port in DATABASE_URL",
    "0A000": "the schema has just changed; it is tried again",
    "25006": "name the primary server in DATABASE_URL: this one is a read-only replica",
    "28": "set the right user and the password in DATABASE_URL, or allow them in pg_hba.conf",
    "3D000": "create the database, then run `tidings migrate`; or name another in DATABASE_URL",
    "3F000": "run `tidings migrate`",
    "40": "another transaction stood in the way; it is tried again",
    "42501": "give this role the rights: `tidings migrate` says which",
    "42703": "run `tidings migrate`",
    "42P01": "run `tidings migrate`",
    "53100": "make room on the server's disk; it goes on by itself",
    "53200": "give the server more memory, or it fewer connections",
    "53300": "raise max_connections, or use fewer connections for each worker",
    "55P03": "another transaction holds its rows for long; it is tried again",
    "57014": "the server took too long; see what else it is doing",
    "57P": "the server is starting or stopping; it is tried again",
    "58": "see the server's log: it cannot use its files",
    "": "see the server's log",
}

#: Of these, what may come right by itself: the server is away, starting, or crowded.
_MAY_PASS = ("08", "53300", "57P")

#: A row is to blame: its values, which the server's words would repeat; or a rule that it
#: breaks, an entry too long for its index.
_OF_A_VALUE = "22"
_OF_A_ROW = ("23", "54000")

#: How the driver says that the server has no TLS at all.
_NO_TLS = "rejected SSL upgrade"

#: The same once more may well work: the plan was of an older schema, or two got in each
#: other's way.
_PASSING = ("40001", "40P01")


def translated(error: BaseException, shown: str) -> TidingsError:
    code = _code(error)
    if code.startswith(_OF_A_VALUE) or _is_of_a_value(error):
        return RowRefused(f"a value that its column cannot hold ({code or 'for the driver'})")
    words = _words(error)
    if code.startswith(_OF_A_ROW):
        return RowRefused(words)
    if isinstance(error, NoConnectionFree):
        return StoreUnavailable(
            f"{shown}: all connections are in use", fix="wait, or allow more connections"
        )
    if not code:
        return _unreachable(error, shown, words)
    fitting = max((prefix for prefix in _FIXES if code.startswith(prefix)), key=len)
    may_pass = code.startswith(_MAY_PASS)
    return StoreUnavailable(f"{shown}: {words}", fix=_FIXES[fitting], may_pass=may_pass)


def is_passing(error: BaseException) -> bool:
    return _code(error) in _PASSING or any(
        isinstance(each, asyncpg.InvalidCachedStatementError) for each in _chain(error)
    )


def _unreachable(error: BaseException, shown: str, words: str) -> StoreUnavailable:
    chain = list(_chain(error))
    if any(isinstance(each, ssl.SSLError) for each in chain) or _NO_TLS in words:
        return StoreUnavailable(
            f"{shown}: {words}",
            fix="see sslmode and sslrootcert in DATABASE_URL, and the server's certificate",
        )
    if any(isinstance(each, TimeoutError) for each in chain):
        words = "it does not answer"
    return StoreUnavailable(f"{shown}: {words}", fix=_FIXES["08"], may_pass=True)


def _is_of_a_value(error: BaseException) -> bool:
    """The driver could not write a value of it."""
    return any(
        isinstance(each, asyncpg.DataError | UnicodeError)
        and not isinstance(each, asyncpg.PostgresConnectionError)
        for each in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _code(error: BaseException) -> str:
    for each in _chain(error):
        code = getattr(each, "sqlstate", None)
        if isinstance(code, str):
            return code
    return ""


def _words(error: BaseException) -> str:
    """The server's own, without the statement and its values, which hold personal data."""
    first = list(_chain(error))[-1]
    return str(first).partition("\n")[0] or type(first).__name__
