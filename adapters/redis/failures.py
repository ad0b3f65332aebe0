"""Why can Redis not be asked, and what can a person do about it?"""

from __future__ import annotations

import ssl

from redis import exceptions as redis

from application.errors import StoreUnavailable

#: Everything that asking it can raise.
FAULTS = (redis.RedisError, redis.RedisClusterException, OSError)

_AT = "start it, or set REDIS_HOST and REDIS_PORT"
_WHO = "set the right REDIS_USERNAME and REDIS_PASSWORD"

#: What the answer begins with, what that means, and the fix.
_ANSWERS = (
    ("OOM", "it is full", "raise its maxmemory, or give Tidings a Redis of its own"),
    ("MISCONF", "it cannot save to its disk and so takes no writes", "see to its disk"),
    ("READONLY", "it is a replica", "name the primary in REDIS_HOST"),
    ("LOADING", "it is still reading its data", "wait"),
    ("MASTERDOWN", "it is a replica that has lost its primary", "see to the primary"),
    ("NOREPLICAS", "too few of its replicas answer", "see to the replicas"),
    ("NOAUTH", "it wants a password", "set REDIS_PASSWORD, and REDIS_USERNAME if it has users"),
    ("WRONGPASS", "it refuses the user or the password", _WHO),
    ("NOPERM", "its user may not do what is needed", "allow the keys, @read, @write, @scripting"),
    ("CROSSSLOT", "it is a cluster", "set REDIS_CLUSTER=true"),
    ("MOVED", "it is a cluster", "set REDIS_CLUSTER=true"),
    ("ASK", "it is a cluster", "set REDIS_CLUSTER=true"),
    ("CLUSTERDOWN", "its cluster is down", "see to the cluster"),
    ("BUSY", "another's script keeps it busy", "end that script"),
)
_LATE = ("it does not answer in time", "see whether it is up, not overloaded, and REDIS_TLS right")
#: What the library makes of it, the first that fits.
_KINDS: tuple[tuple[type[Exception], str, str], ...] = (
    (redis.OutOfMemoryError, *_ANSWERS[0][1:]),
    (redis.AuthenticationError, "it refuses the user or the password", _WHO),
    (redis.TimeoutError, *_LATE),
    (TimeoutError, *_LATE),
    (redis.RedisClusterException, "its cluster cannot be reached", _AT),
    (redis.ConnectionError, "it cannot be reached", _AT),
    (OSError, "it cannot be reached", _AT),
)
_TLS = ("its certificate is not trusted", "set REDIS_CA to its authority, or the right REDIS_HOST")
#: What no code of its own says, by the words.
_WORDS = {
    "Cluster mode is not enabled": ("it is no cluster", "set REDIS_CLUSTER=false"),
    "DB index is out of range": ("it has no database of that number", "set a lower REDIS_DB"),
}


def explained(error: Exception, *, where: str) -> StoreUnavailable:
    """In words of our own: an answer may hold anything."""
    problem, fix = _reason(error)
    return StoreUnavailable(f"Redis at {where}: {problem}", fix=fix)


def _reason(error: Exception) -> tuple[str, str]:
    if any(isinstance(each, ssl.SSLError) for each in _chain(error)):
        return _TLS
    for words, meaning in _WORDS.items():
        if words in str(error):
            return meaning
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
