"""What is set, where, and is it right?

Read from the environment, else from `.env` in the current folder. The names of the system
that Tidings replaces are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.mail.originator import Originator
from domain.errors import InvalidRecipient, TidingsError

#: Settings of the production assembly; finding one and no TIDINGS_ENV is worth a question.
_SIGN_OF_PRODUCTION = "KAFKA_BROKERS"


class BadSettings(TidingsError):
    """All problems at once: (setting, what is wrong and what to do)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = problems


class Environment(StrEnum):
    EMBEDDED = "embedded"


class Provider(StrEnum):
    OUTBOX = "outbox"
    NULL = "null"


class WhenSmsIsUncertain(StrEnum):
    ASK = "ask"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Unit:
    name: str


Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400), Unit("seconds")]
Milliseconds = Annotated[int, Field(ge=1, le=3_600_000), Unit("milliseconds")]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    tidings_env: Environment = Field(
        default=Environment.EMBEDDED, description="Which assembly runs: embedded."
    )
    tidings_data: Path = Field(
        default=Path("tidings-data"),
        description="The folder that everything is in: the file, the lock and the outbox.",
    )
    email_provider: Provider = Field(
        default=Provider.OUTBOX,
        description="outbox writes what would be sent to a folder; null drops it, for benchmarks.",
    )
    sms_provider: Provider = Field(default=Provider.OUTBOX, description="The same for SMS.")
    smtp_from: str = Field(
        default="Tidings <no-reply@tidings.test>",
        description="Whom emails come from: name@domain.tld or A Name <name@domain.tld>.",
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

    @field_validator("smtp_from")
    @classmethod
    def _is_an_originator(cls, value: str) -> str:
        try:
            Originator.parse(value)
        except InvalidRecipient as error:
            raise ValueError(f"an originator is wanted: {error.problem}") from error
        return value


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`; overrides that are None do not count.

    Raises BadSettings.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
    except UnicodeDecodeError as error:
        raise BadSettings([(".env", "is not UTF-8 text; save it as UTF-8")]) from error
    except ValidationError as error:
        raise BadSettings([_problem(each) for each in error.errors()]) from error
    contradictions = list(_contradictions(settings))
    if contradictions:
        raise BadSettings(contradictions)
    return settings


#: What is wanted where pydantic's words are a programmer's.
_WANTED = {
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "greater_than_equal": "at least {ge} is wanted",
    "greater_than": "more than {gt} is wanted",
    "less_than_equal": "at most {le} is wanted",
    "enum": "one of {expected} is wanted",
}


def _problem(error: Any) -> tuple[str, str]:
    """The value's shape and what is wanted; never the value, which may be a secret."""
    name = str(error["loc"][0]).upper()
    value = error["input"]
    shape = f"text of {len(value)} characters" if isinstance(value, str) else "a value"
    wanted = _WANTED.get(error["type"], error["msg"].removeprefix("Value error, "))
    if name == "TIDINGS_ENV":
        wanted = "embedded is wanted; production comes with a later version"
    return name, f"{shape}, where {wanted.format(**error.get('ctx', {}))}"


def _contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    if "tidings_env" not in settings.model_fields_set and _is_set(_SIGN_OF_PRODUCTION):
        yield (
            _SIGN_OF_PRODUCTION,
            "is set, but TIDINGS_ENV is not; set TIDINGS_ENV=embedded to run without Kafka",
        )
    if settings.email_in_flight < settings.email_concurrency:
        yield (
            "EMAIL_IN_FLIGHT",
            f"less than EMAIL_CONCURRENCY, {settings.email_concurrency}; raise it, or lower that",
        )


def _is_set(name: str) -> bool:
    class Sign(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env", extra="ignore")
        sign: str = Field(default="", validation_alias=name)

    return bool(Sign().sign)
