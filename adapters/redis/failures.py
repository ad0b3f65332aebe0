"""Why can Redis not be asked, and what can a person do about it?"""

from __future__ import annotations

import ssl

from redis import exceptions as redis

from application.errors import StoreUnavailable

#: What the answer begins with, what that means, and the fix.
_ANSWERS = (
    ("OOM", "it is full", "raise its maxmemory, or give Tidings a Redis of its own"),
    ("MISCONF", "it cannot save to its disk and so takes no writes", "see to its disk"),
    ("READONLY", "it is a replica", "name the primary's host"),
    ("LOADING", "it is still reading its data", "wait"),
    ("MASTERDOWN", "it is a replica that has lost its primary", "see to the primary"),
    ("NOREPLICAS", "too few of its replicas answer", "see to the replicas"),
    ("NOAUTH", "it wants a password", "set the user and the password"),
    ("WRONGPASS", "it refuses the user or the password", "set the right ones"),
    ("NOPERM", "its user may not do what is needed", "allow the keys, @read, @write, @scripting"),
    ("CROSSSLOT", "it is a cluster", "say so in the settings"),
    ("MOVED", "it is a cluster", "say so in the settings"),
    ("ASK", "it is a cluster", "say so in the settings"),
    ("CLUSTERDOWN", "its cluster is down", "see to the cluster"),
    ("BUSY", "another's script keeps it busy", "end that script"),
)
#: What the library makes of it, the first that fits.
_KINDS: tuple[tuple[type[Exception], str, str], ...] = (
    (redis.OutOfMemoryError, *_ANSWERS[0][1:]),
    (redis.AuthenticationError, "it refuses the user or the password", "set the right ones"),
    (redis.TimeoutError, "it does not answer in time", "see whether it is up and not overloaded"),
    (TimeoutError, "it does not answer in time", "see whether it is up and not overloaded"),
    (redis.ConnectionError, "it cannot be reached", "start it, or set its host and port"),
    (OSError, "it cannot be reached", "start it, or set its host and port"),
)
_TLS = ("its certificate is not trusted", "set the file of its authority, or the right host")


def explained(error: Exception, *, where: str) -> StoreUnavailable:
    """In words of our own: an answer may hold anything."""
    problem, fix = _reason(error)
    return StoreUnavailable(f"Redis at {where}: {problem}", fix=fix)


def _reason(error: Exception) -> tuple[str, str]:
    if any(isinstance(each, ssl.SSLError) for each in _chain(error)):
        return _TLS
    code = getattr(error, "status_code", None) or str(error).partition(" ")[0]
    for beginning, problem, fix in _ANSWERS:
        if code == beginning:
            return problem, fix
    for kind, problem, fix in _KINDS:
        if isinstance(error, kind):
            return problem, fix
    return (
        f"it refuses what it is asked ({type(error).__name__})",
        "see whether its version is 6.2+",
    )


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links
