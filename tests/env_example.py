"""How does `.env.example` explain every setting? `make docs` writes it anew."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from entrypoints.production_settings import ProductionSettings
from entrypoints.settings import Settings
from tests.setting_words import allowed

ENV_EXAMPLE = Path(__file__).parent.parent / ".env.example"

_HEAD = """\
# Written from the settings by `make docs`. Copy it to .env, and take the # away from what you set;
# what stands there is the default. `tidings check` shows what is in force, and where it is from.
# .env holds secrets: keep it to yourself (chmod 600), and out of the repository."""

#: Heading, and how the names begin. Each setting stands in the first that fits.
_SECTIONS = {
    "The assembly": ("TIDINGS_",),
    "Kafka": ("KAFKA_",),
    "PostgreSQL": ("DATABASE_URL", "DIRECT_", "DATABASE_"),
    "Redis, or Valkey": ("REDIS_",),
    "Emails": ("EMAIL_", "SMTP_"),
    "SMS": ("SMS_", "TWILIO_", "UNCERTAIN_SMS"),
    "The HTTP API and the console": ("API_", "CONSOLE_"),
    "Health and metrics": ("HEALTH_",),
    "Tracing": ("OTEL_",),
    "Rules": ("RATE_", "MAX_RETRIES", "RETRY_"),
}

#: What docker-compose.yml asks for besides, and the default there.
_OF_COMPOSE = {"POSTGRES_PASSWORD": "local-only"}
_WORDS_OF_COMPOSE = """\
Of the database that `docker compose` makes, and that only its neighbours reach: letters and digits.
It counts when the volume is made, not later."""


def env_example() -> str:
    fields = dict(ProductionSettings.model_fields)
    parts = [_HEAD]
    for heading, beginnings in _SECTIONS.items():
        names = [name for each in beginnings for name in fields if name.upper().startswith(each)]
        parts.append(f"## {heading}")
        parts += ["\n".join(_setting(name, fields.pop(name))) for name in dict.fromkeys(names)]
    assert not fields, f"in no section: {', '.join(fields)}"
    parts.append("## Docker Compose alone")
    for name, default in _OF_COMPOSE.items():
        parts.append("\n".join([*_comment(_WORDS_OF_COMPOSE), f"#{name}={default}"]))
    return "\n\n".join(parts) + "\n"


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    """What it means does not depend on the assembly, though its default may."""
    words = Settings.model_fields.get(name, field).description
    may_be = allowed(field.annotation, field.metadata).replace("`", "")
    yield from _comment(f"{words} ({may_be})")
    yield f"#{name.upper()}={_written(field.default)}"


def _comment(words: str) -> list[str]:
    return textwrap.wrap(
        words, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


def _written(default: object) -> str:
    """As `.env` wants it: in quotes if there is more than one word."""
    match default:
        case None:
            return ""
        case SecretStr():
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case Enum():
            return str(default.value)
    text = str(default)
    return f'"{text}"' if " " in text else text


if __name__ == "__main__":
    ENV_EXAMPLE.write_text(env_example())
