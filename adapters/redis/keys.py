"""Under which key does what lie, and which keys may one script touch?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from typing import TypeVar
from uuid import UUID

from adapters.redis.options import RedisOptions

V = TypeVar("V")

#: A cluster spreads keys over its servers by their tags, and a script touches one tag's only.
TAGS = 16
#: A script's keys, at the most: so long nobody else is served.
MOST_KEYS = 1000


class Keys:
    """Recipients lie under a digest: no address can be read from a key."""

    def __init__(self, options: RedisOptions) -> None:
        self._cluster = options.cluster
        self._ledgers = _prefixes(options.prefix, "rate")
        self._marks = _prefixes(options.prefix, "accepted")
        self._eras = _prefixes(options.prefix, "era")

    @property
    def tags(self) -> range:
        """One server holds the keys of all tags, and is asked for all at once."""
        return range(TAGS) if self._cluster else range(1)

    def era(self, tag: int) -> bytes:
        return self._eras[tag]

    def ledger(self, recipient: str) -> bytes:
        digest = blake2b(recipient.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return self._ledgers[digest[-1] % TAGS] + digest

    def mark(self, notification_id: UUID) -> bytes:
        id_ = notification_id.bytes
        return self._marks[id_[-1] % TAGS] + id_

    def parts(self, by_key: Mapping[bytes, V]) -> Iterator[tuple[int, dict[bytes, V]]]:
        """What one script may touch, with its tag: each key's last byte decides."""
        tagged: dict[int, dict[bytes, V]] = {}
        for key, value in by_key.items():
            tagged.setdefault(key[-1] % len(self.tags), {})[key] = value
        for tag, each in tagged.items():
            items = iter(each.items())
            while part := dict(islice(items, MOST_KEYS)):
                yield tag, part


def _prefixes(prefix: str, what: str) -> list[bytes]:
    return [f"{prefix}:{what}:{{t{tag}}}:".encode() for tag in range(TAGS)]
