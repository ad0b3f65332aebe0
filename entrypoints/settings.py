"""What is set, where, and is it right?

Read from the environment, else from `.env` in the current folder. The names of the system
that Tidings replaces are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.mail.originator import Originator
from domain.api_key import Scope
from domain.errors import InvalidRecipient, TidingsError


class BadSettings(TidingsError):
    """All problems at once: (setting, what is wrong and what to do)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = problems


class Environment(StrEnum):
    EMBEDDED = "embedded"
    PRODUCTION = "production"

    @property
    def works_by(self) -> str:
        """The command that tells people."""
        return "tidings worker" if self is Environment.PRODUCTION else "tidings up"


class EmailProvider(StrEnum):
    SMTP = "smtp"
    OUTBOX = "outbox"
    NULL = "null"


class SmsProvider(StrEnum):
    TWILIO = "twilio"
    OUTBOX = "outbox"
    NULL = "null"


class SmtpTls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


class WhenSmsIsUncertain(StrEnum):
    ASK = "ask"
    RESEND = "resend"


class ApiKeyRule(StrEnum):
    REQUIRED = "required"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Unit:
    name: str


Port = Annotated[int, Field(ge=1, le=65_535)]
PortOrNone = Annotated[int, Field(ge=0, le=65_535)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400), Unit("seconds")]
Milliseconds = Annotated[int, Field(ge=1, le=3_600_000), Unit("milliseconds")]

#: Nobody publishes by the console.
_OF_A_PERSON = frozenset(Scope) - {Scope.SEND}


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    tidings_env: Environment = Field(
        default=Environment.EMBEDDED,
        description="Which assembly runs: one process and one file, or on servers.",
    )
    tidings_data: Path = Field(
        default=Path("tidings-data"),
        description="The folder that everything is in: the file, the lock and the outbox.",
    )
    email_provider: EmailProvider = Field(
        default=EmailProvider.OUTBOX,
        description="smtp sends; outbox writes what would be sent to a folder; "
        "null drops it, for benchmarks.",
    )
    sms_provider: SmsProvider = Field(
        default=SmsProvider.OUTBOX, description="twilio sends; the others as for emails."
    )
    smtp_from: str = Field(
        default="Tidings <no-reply@tidings.test>",
        description="Whom emails come from: name@domain.tld or A Name <name@domain.tld>.",
    )
    smtp_host: str = Field(default="", description="The relay that emails are handed to.")
    smtp_port: Port = Field(default=587, description="Its port.")
    smtp_user: str = Field(default="", description="As whom, if it wants to know.")
    smtp_pass: SecretStr = Field(default=SecretStr(""), description="The password for that.")
    smtp_tls: SmtpTls | None = Field(
        default=None,
        description="How the way to it is kept private. If not given: implicit on port 465, none "
        "for this very machine, else starttls and never less.",
    )
    smtp_idempotency_header: str = Field(
        default="", description="A header by which the relay knows a repeated email, if it does."
    )
    smtp_replies: Path | None = Field(
        default=None, description="A file that says otherwise what the relay's replies mean."
    )
    twilio_account_sid: str = Field(default="", description="The account with Twilio.")
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), description="Its token.")
    twilio_api_key: str = Field(default="", description="An API key, in place of the token.")
    twilio_api_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret of the API key."
    )
    twilio_from: str = Field(
        default="", description="The number that SMS come from; or a Messaging Service."
    )
    twilio_messaging_service_sid: str = Field(
        default="", description="The Messaging Service that SMS come from."
    )
    twilio_status_callback: str = Field(
        default="",
        description="The URL that Twilio sends its later word about an SMS to: this program's "
        "/v1/callbacks/twilio, as it is reached from outside.",
    )
    twilio_callback_key: SecretStr = Field(
        default=SecretStr(""), description="What that URL is signed with: 16 characters or more."
    )
    twilio_base_url: str = Field(
        default="https://api.twilio.com", description="Another address of its API, for tests."
    )
    twilio_codes: Path | None = Field(
        default=None, description="A file that says otherwise what Twilio's codes mean."
    )
    sms_most_segments: int = Field(
        default=10, ge=1, le=10, description="A text of more segments is refused."
    )
    sms_allowed_prefixes: str = Field(
        default="", description="As +44,+4915: nobody else is told by SMS. Empty: everybody is."
    )
    rate_limit_email: Count = Field(
        default=10, description="Emails that may be begun for one address in any window."
    )
    rate_limit_sms: Count = Field(
        default=5, description="SMS that may be begun for one number in any window."
    )
    rate_limit_window: Seconds = Field(
        default=60,
        description="The length of that window; what is over the rule is held, not dropped.",
    )
    max_retries: int = Field(
        default=3, ge=0, le=10_000, description="Attempts after the first deferred one."
    )
    retry_delay_ms: Milliseconds = Field(
        default=1000,
        description="The wait before the first of them; doubles each time, up to an hour.",
    )
    uncertain_sms: WhenSmsIsUncertain = Field(
        default=WhenSmsIsUncertain.ASK,
        description="An SMS that may have arrived: ask a person (ask), or send it again (resend).",
    )
    email_concurrency: Count = Field(default=32, description="Emails handed over at once.")
    sms_concurrency: Count = Field(default=10, description="SMS handed over at once.")
    email_in_flight: Count = Field(default=1000, description="Emails that a worker has in hand.")
    api_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Where the HTTP API and the console are: 127.0.0.1 is this machine alone, "
        "0.0.0.0 whoever reaches it.",
    )
    api_port: PortOrNone = Field(default=8080, description="Their port; 0: there are none.")
    api_keys: ApiKeyRule | None = Field(
        default=None,
        description="Whether a key is needed. If not given: none where only this machine is "
        "served by one process (off), else required.",
    )
    console_user_header: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description="The header in which a proxy that signs people in says who looks at the "
        "console, as X-Forwarded-User. Empty: they sign in with an API key.",
    )
    console_proxies: str = Field(
        default="",
        description="Whom that header is believed from: addresses or networks, as "
        "127.0.0.1,10.0.0.0/8.",
    )
    console_user_scopes: str = Field(
        default="read",
        description="What whoever comes that way may: of read, personal and operate, as "
        "read,operate.",
    )

    otel_exporter_otlp_endpoint: str = Field(
        default="",
        pattern=r"^(https?://[^@]+)?$",
        description="Who collects spans, as http://localhost:4318. Empty: none are drawn. Needs "
        "the extra otel.",
    )
    otel_exporter_otlp_headers: SecretStr = Field(
        default=SecretStr(""), description="What it wants to be told, as api-key=...,tenant=..."
    )
    otel_service_name: str = Field(
        default="tidings", min_length=1, description="By what name it knows this process."
    )
    otel_traces_sampler_arg: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of those events that are followed which came without a trace; of "
        "the others whoever began the trace has decided.",
    )

    @field_validator("console_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            _networks(value)
        except ValueError as error:
            raise ValueError("addresses or networks are wanted, as 127.0.0.1,10.0.0.0/8") from error
        return value

    @field_validator("console_user_scopes")
    @classmethod
    def _are_scopes(cls, value: str) -> str:
        if not _words(value) or set(_words(value)) - _OF_A_PERSON:
            raise ValueError("some of read, personal and operate are wanted, as read,operate")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _is_an_originator(cls, value: str) -> str:
        try:
            Originator.parse(value)
        except InvalidRecipient as error:
            raise ValueError(f"an originator is wanted: {error.problem}") from error
        return value

    @field_validator("api_keys")
    @classmethod
    def _are_off_only_here(
        cls, value: ApiKeyRule | None, info: ValidationInfo
    ) -> ApiKeyRule | None:
        is_embedded = info.data.get("tidings_env") is Environment.EMBEDDED
        if value is ApiKeyRule.OFF and not (is_embedded and _is_here(info.data.get("api_host"))):
            raise ValueError(
                "off is only for the embedded assembly with API_HOST=127.0.0.1; say required"
            )
        return value

    @property
    def allowed_attempts(self) -> int:
        return self.max_retries + 1

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.console_proxies)

    @property
    def scopes_by_proxy(self) -> frozenset[Scope]:
        return frozenset(map(Scope, _words(self.console_user_scopes)))

    @property
    def needs_keys(self) -> bool:
        """A proxy on this machine makes everybody look like somebody here."""
        if self.api_keys is not None:
            return self.api_keys is ApiKeyRule.REQUIRED
        if self.console_user_header:
            return True
        return self.tidings_env is not Environment.EMBEDDED or not _is_here(self.api_host)


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(word, strict=False) for word in _words(value))


def _is_here(host: object) -> bool:
    """Only this machine reaches it."""
    return host in ("127.0.0.1", "::1", "localhost")
