"""What is set for the production assembly, beyond what every assembly knows?

The names of the system that Tidings replaces are kept, and mean what they meant.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from adapters.kafka.options import Mechanism, Protocol
from adapters.kafka.start import parse_start
from entrypoints.settings import Count, EmailProvider, Port, PortOrNone, Settings, SmsProvider

_SCHEMES = ("postgresql", "postgres")
_BROKER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", re.ASCII)
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


class ProductionSettings(Settings):
    email_provider: EmailProvider = Field(
        default=EmailProvider.SMTP, description="As above; by default it sends."
    )
    sms_provider: SmsProvider = Field(
        default=SmsProvider.TWILIO, description="As above; by default it sends."
    )
    kafka_brokers: str = Field(
        default="localhost:9092", description="host:port, several with commas between them."
    )
    kafka_group_id: str = Field(
        default="tidings",
        min_length=1,
        description="Each channel's workers are a consumer group: this with -email or -sms.",
    )
    kafka_topic: str = Field(
        default="notifications", min_length=1, description="Where events come from, and go to."
    )
    kafka_dlq_topic: str = Field(
        default="notifications-dlq", min_length=1, description="Where dead letters go to."
    )
    kafka_start: str = Field(
        default="earliest",
        description="Where a group begins that has read nothing: earliest, latest, an instant, or "
        "group:NAME, which goes on where that group is; {channel} stands for email or sms.",
    )
    kafka_security_protocol: Protocol = Field(
        default=Protocol.PLAINTEXT, description="How the way to the brokers is kept private."
    )
    kafka_sasl_mechanism: Mechanism = Field(
        default=Mechanism.PLAIN, description="How the user is proven, with a SASL protocol."
    )
    kafka_sasl_username: str = Field(default="", description="As whom.")
    kafka_sasl_password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    kafka_ssl_ca: Path | None = Field(
        default=None, description="The authorities' certificates, if not the system's (PEM)."
    )
    kafka_ssl_cert: Path | None = Field(
        default=None, description="Our own certificate, if the brokers want one (PEM)."
    )
    kafka_ssl_key: Path | None = Field(
        default=None, description="Its key, if that is not in the same file."
    )
    direct_url: SecretStr = Field(
        default=SecretStr(""), description="The same, where DATABASE_URL is a prisma+postgres one."
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        validate_default=True,
        description="postgresql://USER:PASSWORD@HOST:PORT/DATABASE, also with ?sslmode=…",
    )
    database_connections: Count = Field(default=6, description="Of each worker, at most.")
    database_pgbouncer: bool = Field(
        default=False, description="Whether the way to PostgreSQL leads through pgbouncer."
    )
    redis_host: str = Field(default="localhost", min_length=1, description="Redis, or Valkey.")
    redis_port: Port = Field(default=6379, description="Its port.")
    redis_db: int = Field(default=0, ge=0, le=1_000_000, description="The number of its database.")
    redis_username: str = Field(default="", description="As whom, if it wants to know.")
    redis_password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    redis_tls: bool = Field(default=False, description="Whether it is spoken to over TLS.")
    redis_ca: Path | None = Field(
        default=None, description="The authorities' certificates, if not the system's (PEM)."
    )
    redis_cluster: bool = Field(default=False, description="Whether its keys lie on many servers.")
    redis_prefix: str = Field(
        default="tidings",
        min_length=1,
        description="What every key begins with; whose they are follows.",
    )

    health_port: PortOrNone = Field(
        default=0,
        description="Where a worker serves /health/live, /health/ready and /metrics, which name "
        "nobody and ask nobody who they are; 0: nowhere.",
    )
    health_host: str = Field(
        default="0.0.0.0",  # noqa: S104 - probes come from outside the container
        min_length=1,
        description="On which of its addresses; 127.0.0.1: only to its own machine.",
    )

    @field_validator("kafka_brokers")
    @classmethod
    def _are_brokers(cls, value: str) -> str:
        if not all(_BROKER.fullmatch(each.strip()) for each in value.split(",")):
            raise ValueError("host:port is wanted, several with commas between them")
        return value

    @field_validator("kafka_topic", "kafka_dlq_topic")
    @classmethod
    def _is_a_topic(cls, value: str) -> str:
        if not _TOPIC.fullmatch(value):
            raise ValueError("at most 249 letters, digits, dots, dashes and underscores are wanted")
        return value

    @field_validator("kafka_start")
    @classmethod
    def _is_a_start(cls, value: str) -> str:
        try:
            parse_start(value)
        except ValueError:
            raise ValueError(
                "earliest, latest, an instant as 2026-03-02T12:00:00Z, or group:NAME is wanted"
            ) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        """The one of the two that is ours; any mistake that can be seen without connecting."""
        direct = info.data.get("direct_url") or SecretStr("")
        url = direct if _is_foreign(value) and direct.get_secret_value() else value
        try:
            parts = urlsplit(url.get_secret_value())
            is_right = parts.scheme in _SCHEMES and bool(parts.hostname and parts.path.strip("/"))
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError("postgresql://USER:PASSWORD@HOST:5432/DATABASE is wanted")
        return url


def _is_foreign(url: SecretStr) -> bool:
    """None at all, or one that only the library of the system before understands."""
    return not url.get_secret_value() or url.get_secret_value().startswith("prisma")
