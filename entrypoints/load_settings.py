"""Which settings are in force, and is each of them right?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import DotEnvSettingsSource

from entrypoints.settings import (
    ApiKeyRule,
    BadSettings,
    EmailProvider,
    Environment,
    Settings,
    SmsProvider,
)

#: Setting of the production assembly; finding it and no TIDINGS_ENV is worth a question.
_SIGN_OF_PRODUCTION = "KAFKA_BROKERS"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`; overrides that are None do not count.

    Those of the assembly that TIDINGS_ENV names. Raises BadSettings.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        environment = given.get("tidings_env") or _set("TIDINGS_ENV")
        settings, problems = _read(_kind(environment), given)
        contradictions = list(_contradictions(settings))
    except UnicodeDecodeError as error:
        raise BadSettings([(".env", "is not UTF-8 text; save it as UTF-8")]) from error
    wrong = [name for name, _ in problems]
    problems += (each for each in contradictions if not _is_of_what_is_wrong(*each, wrong))
    if problems:
        raise BadSettings(problems)
    return settings


def _kind(environment: str) -> type[Settings]:
    if environment != Environment.PRODUCTION:
        return Settings
    # Here, as to make so many fields takes 30 ms that the embedded assembly never needs.
    from entrypoints.production_settings import ProductionSettings

    return ProductionSettings


#: Of what has no default that is right.
_STAND_INS = {"database_url": "postgresql://USER:PASSWORD@HOST:5432/DATABASE"}


def _read(kind: type[Settings], given: Mapping[str, Any]) -> tuple[Settings, list[tuple[str, str]]]:
    """And what is wrong: in its place stands what is right, so that the others can be looked at."""
    try:
        return kind(**given), []
    except ValidationError as error:
        errors = error.errors()
    wrong = [str(each["loc"][0]) for each in errors]
    defaults = {name: kind.model_fields[name].default for name in wrong}
    stand_ins = defaults | {name: _STAND_INS[name] for name in wrong if name in _STAND_INS}
    return kind(**{**given, **stand_ins}), [_problem(each) for each in errors]


def _is_of_what_is_wrong(name: str, words: str, wrong: list[str]) -> bool:
    """Who can tell what it contradicts, once it is mended?"""
    return any(each.startswith(name.rstrip("…")) or each in words for each in wrong)


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
    if "tidings_env" not in settings.model_fields_set and _set(_SIGN_OF_PRODUCTION):
        yield (
            _SIGN_OF_PRODUCTION,
            "is set, but TIDINGS_ENV is not; say production, or embedded to run without it",
        )
    if settings.email_in_flight < settings.email_concurrency:
        yield (
            "EMAIL_IN_FLIGHT",
            f"less than EMAIL_CONCURRENCY, {settings.email_concurrency}; raise it, or lower that",
        )
    if settings.console_user_header and not settings.console_proxies:
        yield (
            "CONSOLE_PROXIES",
            "is not set, so that anybody could send CONSOLE_USER_HEADER; name the proxy's address",
        )
    if settings.console_user_header and settings.api_keys is ApiKeyRule.OFF:
        yield (
            "API_KEYS",
            "is off, so that nobody would be asked for CONSOLE_USER_HEADER; say required",
        )
    if _has_providers(settings):
        from entrypoints.providers import contradictions_in_providers

        yield from contradictions_in_providers(settings)
    if settings.tidings_env is Environment.PRODUCTION:
        from entrypoints.production_settings import ProductionSettings
        from entrypoints.servers import contradictions_about_servers

        assert isinstance(settings, ProductionSettings)
        yield from contradictions_about_servers(settings)


def _has_providers(settings: Settings) -> bool:
    return (
        settings.email_provider is EmailProvider.SMTP
        or settings.sms_provider is SmsProvider.TWILIO
        or bool(settings.twilio_status_callback)
    )


def _set(name: str) -> str:
    """As a setting is read, without reading them all."""
    for source in (os.environ, DotEnvSettingsSource(Settings)()):
        for given, value in source.items():
            if given.upper() == name and value:
                return str(value)
    return ""
