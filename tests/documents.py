"""Which parts of the documents follow from the code? `make docs` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

from dependency_injector import providers
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from adapters.prometheus.metrics import METRICS
from domain.status import TRANSITIONS
from entrypoints.api.app import OPERATIONS
from entrypoints.api.problems import KINDS
from entrypoints.container import Core, Embedded
from entrypoints.in_memory import InMemory
from entrypoints.production import Production
from entrypoints.production_settings import ProductionSettings
from entrypoints.settings import Settings
from tests.setting_words import allowed
from tests.shapes_document import JSON_DOCUMENT, json_document

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
SETTINGS = ROOT / "docs" / "settings.md"
API = ROOT / "docs" / "api.md"
OPERATING = ROOT / "docs" / "operating.md"
PRODUCING = ROOT / "docs" / "producing.md"


def life() -> str:
    """The life of a notification as a mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for origin, wanted in TRANSITIONS.items():
        lines += [f"    {origin or '[*]'} --> {status}" for status in sorted(wanted)]
    return "\n".join([*lines, "```"])


#: What fills a slot without being a port.
_NO_PORTS = {"Settings", "PrometheusTelemetry", "Pools", "Tracing"}


def ports() -> str:
    """Which adapter each assembly puts behind each port; … is the port's name."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for slot in Core.providers:
        annotation = Core.__annotations__.get(slot, "")
        match = re.fullmatch(r"providers\.Provider\[(\w+)\]", annotation)
        if match and match[1] not in _NO_PORTS:
            found = [_adapter(each, slot) for each in (InMemory, Embedded, Production)]
            adapters = tuple(each.replace(match[1], "…") for each in found)
            rows.setdefault(adapters, []).append(f"`{match[1]}`" + _of_channel(slot))
    lines = ["| port | memory (tests) | embedded | production |", "|---|---|---|---|"]
    lines += [f"| {', '.join(names)} | {' | '.join(found)} |" for found, names in rows.items()]
    return "\n".join(lines)


def _of_channel(slot: str) -> str:
    channel, _, kind = slot.partition("_")
    return f" ({channel})" if kind in ("source", "sender") else ""


def _adapter(assembly: type[InMemory | Embedded | Production], slot: str) -> str:
    provider = assembly.providers[slot]
    if isinstance(provider, providers.Object):
        return "none"
    assert isinstance(provider, providers.Singleton | providers.Factory)
    if isinstance(provider.provides, type):
        return f"`{provider.provides.__name__}`"
    channel, kind_of_slot = slot.split("_")
    if kind_of_slot == "source":
        to_work, to_ask = get_args(get_type_hints(provider.provides)["return"])
        return f"`{to_work.__name__}`, or `{to_ask.__name__}` to ask"
    kind = ProductionSettings if assembly is Production else Settings
    name = f"{channel}_provider"
    return f"`{_SENDERS[kind.model_fields[name].default]}`, by {name.upper()}"


_SENDERS = {"outbox": "OutboxSender", "smtp": "SmtpSender", "twilio": "TwilioSender"}


def settings() -> str:
    """Those that every assembly knows."""
    return _table(Settings.model_fields)


def production_settings() -> str:
    """Those that production knows besides, or takes otherwise by default."""
    return _table(
        {
            name: field
            for name, field in ProductionSettings.model_fields.items()
            if Settings.model_fields.get(name, field).default is not field.default
            or name not in Settings.model_fields
        }
    )


def _table(fields: Mapping[str, FieldInfo]) -> str:
    """Of each setting: its default, what it may be, and what it means."""
    lines = ["| setting | by default | may be | means |", "|---|---|---|---|"]
    for name, field in fields.items():
        may_be = allowed(field.annotation, field.metadata)
        default = _default(field.default)
        lines.append(f"| `{name.upper()}` | {default} | {may_be} | {field.description} |")
    return "\n".join(lines)


def _default(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum | bool):
        value = value.value if isinstance(value, Enum) else str(value).lower()
    return "not set" if value in ("", None) else f"`{value}`"


def metrics() -> str:
    lines = ["| metric | kind | labels | means |", "|---|---|---|---|"]
    for each in METRICS:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        lines.append(f"| `{each.name}` | {each.kind} | {labels} | {each.means} |")
    return "\n".join(lines)


def operations() -> str:
    lines = ["| | | for keys with |", "|---|---|---|"]
    lines += [f"| `{e.method} {e.path}` | {e.summary} | `{e.scope}` |" for e in OPERATIONS]
    return "\n".join(lines)


def problems() -> str:
    lines = ["| kind | status | means |", "|---|---|---|"]
    lines += [f"| `{name}` | {kind.status.value} | {kind.title} |" for name, kind in KINDS.items()]
    return "\n".join(lines)


#: By the marker in the document.
_PARTS = {
    README: {"life": life, "ports": ports},
    API: {"operations": operations, "problems": problems},
    OPERATING: {"metrics": metrics},
    SETTINGS: {"settings": settings, "production": production_settings},
}


def with_generated_parts(document: Path) -> str:
    text = document.read_text()
    for name, part in _PARTS[document].items():
        head, begin, rest = text.partition(f"<!-- {name}: ")
        comment, _, _ = rest.partition("\n")
        _, end, tail = rest.partition(f"\n<!-- /{name} -->")
        text = f"{head}{begin}{comment}\n{part()}{end}{tail}"
    return text


if __name__ == "__main__":
    for document in _PARTS:
        document.write_text(with_generated_parts(document))
    JSON_DOCUMENT.write_text(json_document())
