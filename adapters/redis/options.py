"""Where is Redis, and as whom is it asked?"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisOptions:
    """`prefix` begins every key: whoever shares a Redis but not the store wants another one.

    `ca_file` in place of the system's authorities; certificates are verified, the host's name
    too. `cluster` says that the keys lie on several servers.
    """

    host: str = "localhost"
    port: int = 6379
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    cluster: bool = False
    prefix: str = "tidings"
    answer_within: timedelta = timedelta(milliseconds=200)  #: nothing waits longer for it
    connections: int = 8

    def __post_init__(self) -> None:
        if self.cluster and self.db:
            raise ValueError("a cluster has no databases but 0")

    @classmethod
    def of_url(cls, url: str, **others: Any) -> Self:
        """`redis[s]://[user][:password]@host[:port][/db]`, in words that never repeat it."""
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "valkey", "valkeys") or not parts.hostname:
            raise ValueError("a Redis URL reads redis://user:password@host:6379/0 (rediss for TLS)")
        if parse_qs(parts.query) or parts.fragment:
            raise ValueError("a Redis URL takes nothing after the number of its database")
        try:
            port, db = parts.port or 6379, int(parts.path.strip("/") or "0")
        except ValueError:
            raise ValueError("a Redis URL's port and database are numbers") from None
        return cls(
            host=parts.hostname,
            port=port,
            db=db,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.scheme.endswith("ss") or parts.scheme == "valkeys",
            **others,
        )

    @property
    def where(self) -> str:
        """As a person may read it."""
        return f"{self.host}:{self.port}"

    def check_files(self) -> None:
        """Raises OSError for a file that cannot be read, or that holds no certificate."""
        if self.tls and self.ca_file is not None:
            ssl.create_default_context(cafile=self.ca_file)
