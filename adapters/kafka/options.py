"""How are the brokers reached, and as whom?"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from application.errors import StreamUnavailable

T = TypeVar("T")


class Protocol(StrEnum):
    """As Kafka names them. Certificates are verified, the host's name too."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def uses_tls(self) -> bool:
        return self in (Protocol.SSL, Protocol.SASL_SSL)

    @property
    def uses_sasl(self) -> bool:
        return self in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL)


class Mechanism(StrEnum):
    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """`ca_file` in place of the system's authorities; `cert_file` may hold its key too."""

    protocol: Protocol = Protocol.PLAINTEXT
    mechanism: Mechanism = Mechanism.PLAIN
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def __post_init__(self) -> None:
        if self.protocol.uses_sasl and not (self.user and self.password):
            raise ValueError(
                f"{self.protocol} wants a user and a password: set KAFKA_SASL_USERNAME and "
                "KAFKA_SASL_PASSWORD"
            )

    def check_files(self) -> None:
        """Raises StreamUnavailable for one that cannot be read, or that holds no certificate."""
        if self.protocol.uses_tls:
            _tls(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """`answer_within` bounds every call that somebody waits for."""

    brokers: str
    security: Security = field(default_factory=Security)
    answer_within: timedelta = timedelta(seconds=10)

    def client(self) -> dict[str, Any]:
        """What every client of the library is given.

        Raises StreamUnavailable for a file that cannot be read, or that holds no certificate.
        """
        security = self.security
        given: dict[str, Any] = {
            "bootstrap_servers": self.brokers,
            "client_id": "tidings",
            "security_protocol": str(security.protocol),
            "request_timeout_ms": milliseconds(self.answer_within),
            "retry_backoff_ms": 100,
        }
        if security.protocol.uses_tls:
            given["ssl_context"] = _tls(security)
        if security.protocol.uses_sasl:
            given["sasl_mechanism"] = str(security.mechanism)
            given["sasl_plain_username"] = security.user
            given["sasl_plain_password"] = security.password
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a lane's place in its group bears with what.

    Heartbeats share the event loop with the work, so a session outlives a busy moment.
    """

    session: timedelta = timedelta(seconds=30)  #: a worker that is silent so long is dead
    rebalance: timedelta = timedelta(seconds=60)  #: all members have joined again by then
    between_polls: timedelta = timedelta(minutes=5)
    #: So long the broker keeps a question for records open, and every other question waits
    #: behind it.
    fetch: timedelta = timedelta(milliseconds=100)
    look_every: timedelta = timedelta(seconds=5)  #: with nothing coming, whether it could
    stalled_after: timedelta = timedelta(seconds=30)  #: there is more, and nothing comes


def milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _tls(security: Security) -> ssl.SSLContext:
    context = _opened(security.ca_file, ssl.create_default_context, cafile=security.ca_file)
    if security.cert_file is not None:
        _opened(security.cert_file, context.load_cert_chain, security.cert_file, security.key_file)
    return context


def _opened(file: Path | None, load: Callable[..., T], *args: object, **given: object) -> T:
    try:
        return load(*args, **given)
    except (OSError, ValueError) as error:
        raise StreamUnavailable(
            f"{file or 'the list of authorities'} cannot be used ({error})",
            fix="name a PEM file that can be read, with the certificate and its key",
        ) from error
