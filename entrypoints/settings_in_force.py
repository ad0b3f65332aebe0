"""Where does each setting come from, and which names in `.env` are none of ours?"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from pydantic import SecretStr
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

from entrypoints.production_settings import ProductionSettings
from entrypoints.settings import Settings, Unit

_NOT_SET = "(not set)"


class Source(StrEnum):
    """The first that knows a setting decides."""

    OPTION = "option"
    ENVIRONMENT = "environment"
    FILE = ".env"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInForce:
    name: str
    value: str  #: as it may be shown
    source: Source
    unit: str = ""

    @property
    def is_set(self) -> bool:
        return self.value not in ("", _NOT_SET)

    @property
    def is_default(self) -> bool:
        return self.source is Source.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A name that changes nothing, although whoever wrote it may think so."""

    name: str
    source: Source
    words: str


def settings_in_force(
    settings: BaseSettings, *, options: Collection[str] = ()
) -> list[SettingInForce]:
    """All of them; `options` are the fields that the command line gave."""
    kind = type(settings)
    found: list[tuple[Source, Collection[str]]] = [
        (Source.OPTION, options),
        (Source.ENVIRONMENT, EnvSettingsSource(kind)()),
        (Source.FILE, DotEnvSettingsSource(kind)()),
    ]
    return [
        SettingInForce(
            name=field.upper(),
            value=_shown(getattr(settings, field)),
            source=next((source for source, names in found if field in names), Source.DEFAULT),
            unit=next((each.name for each in info.metadata if isinstance(each, Unit)), ""),
        )
        for field, info in kind.model_fields.items()
    ]


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set, and never shown)" if value.get_secret_value() else _NOT_SET
    return _NOT_SET if value is None else str(value)


_NOT_USED = "not used by the embedded assembly"
#: Names that begin so can hardly be somebody else's.
_OURS = ("TIDINGS_", "RATE_LIMIT_", "UNCERTAIN_", "KAFKA_", "REDIS_", "SMTP_", "TWILIO_", "SMS_")
#: Read before there are settings.
_ENVIRONMENT_ALONE: Mapping[str, str] = {"TIDINGS_DEBUG": "counts in the environment alone"}
#: Of all assemblies: those of production hold the others too.
_EVERY_NAME = [field.upper() for field in ProductionSettings.model_fields]
_NEAR_MISS = 0.8  # of difflib's ratio: RATE_LIMT_EMAIL has 0.97, SMTP_PORT and SMTP_FROM 0.67
_NEAREST = 0.5


def strays(kind: type[Settings] = Settings) -> list[Stray]:
    """Of an assembly with such settings. In `.env` everything that looks like ours; in the
    environment, which is everybody's, only what is nearly the name of a setting."""
    in_file = [name.upper() for name in DotEnvSettingsSource(kind)()]
    ours = {field.upper() for field in kind.model_fields}
    return [
        *_strays(in_file, Source.FILE, ours),
        *(each for each in _strays(os.environ, Source.ENVIRONMENT, ours) if _nearest(each.name)),
    ]


def _strays(names: Collection[str], source: Source, ours: set[str]) -> Iterator[Stray]:
    for name in sorted({name.upper() for name in names} - ours):
        if words := _what_it_is(name, source):
            yield Stray(name=name, source=source, words=words)


def _what_it_is(name: str, source: Source) -> str | None:
    if name in _ENVIRONMENT_ALONE:
        return _ENVIRONMENT_ALONE[name] if source is Source.FILE else None
    if name in _EVERY_NAME:
        return _NOT_USED
    if nearest := _nearest(name):
        return _unknown(nearest)
    if name.startswith(_OURS):
        return _unknown(_nearest(name, at_least=_NEAREST))
    return None


def _unknown(nearest: str | None) -> str:
    return f"unknown, the nearest is {nearest}" if nearest else "unknown"


def _nearest(name: str, *, at_least: float = _NEAR_MISS) -> str | None:
    if name in _EVERY_NAME:
        return None
    return next(iter(get_close_matches(name, _EVERY_NAME, n=1, cutoff=at_least)), None)


def in_one_line(found: Sequence[Stray]) -> str:
    """Each name once, those of one kind together."""
    by_words: dict[str, list[str]] = {}
    for stray in found:
        by_words.setdefault(stray.words, []).append(stray.name)
    return "; ".join(f"{', '.join(names)}: {words}" for words, names in by_words.items())
