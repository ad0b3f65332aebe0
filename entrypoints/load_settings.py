"""Which settings are in force, and is each of them right?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import contradictions_in_sending
from entrypoints.servers import contradictions_about_servers
from entrypoints.settings import BadSettings, Environment, Settings

#: Setting of the production assembly; finding it and no TIDINGS_ENV is worth a question.
_SIGN_OF_PRODUCTION = "KAFKA_BROKERS"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`; overrides that are None do not count.

    Those of the assembly that TIDINGS_ENV names. Raises BadSettings.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        environment = given.get("tidings_env") or _sign("TIDINGS_ENV")
        kind = ProductionSettings if environment == Environment.PRODUCTION else Settings
        settings = kind(**given)
    except UnicodeDecodeError as error:
        raise BadSettings([(".env", "is not UTF-8 text; save it as UTF-8")]) from error
    except ValidationError as error:
        raise BadSettings([_problem(each) for each in error.errors()]) from error
    contradictions = list(_contradictions(settings))
    if contradictions:
        raise BadSettings(contradictions)
    return settings


def load_production_settings(**overrides: Any) -> ProductionSettings:
    """For what there is in production only, whatever TIDINGS_ENV says. Raises BadSettings."""
    settings = load_settings(**overrides | {"tidings_env": Environment.PRODUCTION})
    assert isinstance(settings, ProductionSettings)
    return settings


#: What is wanted where pydantic's words are a programmer's.
_WANTED = {
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_parsing": "a number is wanted",
    "greater_than_equal": "at least {ge} is wanted",
    "greater_than": "more than {gt} is wanted",
    "less_than_equal": "at most {le} is wanted",
    "string_too_short": "some text is wanted",
    "bool_parsing": "true or false is wanted",
    "enum": "one of {expected} is wanted",
}


def _problem(error: Any) -> tuple[str, str]:
    """The value's shape and what is wanted; never the value, which may be a secret."""
    name, value = str(error["loc"][0]).upper(), error["input"]
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    wanted = _WANTED.get(error["type"], error["msg"].removeprefix("Value error, "))
    wanted = wanted.format(**error.get("ctx", {}))
    if value == "":
        return name, f"is not set; {wanted}"
    shape = f"text of {len(value)} characters" if isinstance(value, str) else "a value"
    return name, f"{shape}, where {wanted}"


def _contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    if "tidings_env" not in settings.model_fields_set and _sign(_SIGN_OF_PRODUCTION):
        yield (
            _SIGN_OF_PRODUCTION,
            "is set, but TIDINGS_ENV is not; say production, or embedded to run without it",
        )
    if settings.email_in_flight < settings.email_concurrency:
        yield (
            "EMAIL_IN_FLIGHT",
            f"less than EMAIL_CONCURRENCY, {settings.email_concurrency}; raise it, or lower that",
        )
    yield from contradictions_in_sending(settings)
    if isinstance(settings, ProductionSettings):
        yield from contradictions_about_servers(settings)


def _sign(name: str) -> str:
    class Sign(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env", extra="ignore")
        sign: str = Field(default="", validation_alias=name)

    return Sign().sign
