"""How is the relay reached, and how gently?"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from adapters.mail.originator import Originator

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)


class Tls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each phase may take. RFC 5321 4.5.3.2 grants minutes to all; here they are
    short until something was handed over, and the answer to the final dot gets them all."""

    opening: timedelta = timedelta(seconds=30)
    command: timedelta = timedelta(seconds=60)
    data_block: timedelta = timedelta(minutes=3)
    final_dot: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """`connections` at most at once. `own_replies` is a file in the form of replies.toml.

    `tls_context` stands in for the machine's own certificate authorities. The value of
    `idempotency_header` is the same for all attempts of a generation. Raises ValueError.
    """

    host: str
    port: int
    originator: Originator
    tls: Tls = Tls.STARTTLS
    tls_context: ssl.SSLContext | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 32
    patience: Patience = Patience()
    longest_life: timedelta = timedelta(seconds=300)
    most_mails: int = 100
    longest_idle: timedelta = timedelta(seconds=60)
    checked_after_idle: timedelta = timedelta(seconds=10)
    idempotency_header: str | None = None
    own_replies: Path | None = None

    def __post_init__(self) -> None:
        if (self.user is not None or self.password is not None) and self.tls is Tls.NONE:
            raise ValueError(
                "a user and a password are given to nobody in plain text: "
                "set SMTP_TLS to starttls or implicit"
            )
        if (self.user is None) != (self.password is None):
            raise ValueError("a user and a password go together: set SMTP_USER and SMTP_PASS")
        if self.connections < 1 or self.most_mails < 1:
            raise ValueError("at least one connection, and one mail on each")
        if self.idempotency_header and not _HEADER_NAME.fullmatch(self.idempotency_header):
            raise ValueError("SMTP_IDEMPOTENCY_HEADER is no header's name (RFC 5322 2.2)")
