"""Which parts of the README follow from the code? `make docs` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from dependency_injector import providers

from domain.status import TRANSITIONS
from entrypoints.container import Core, Embedded, InMemory

README = Path(__file__).parent.parent / "README.md"


def life() -> str:
    """The life of a notification as a mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for origin, wanted in TRANSITIONS.items():
        lines += [f"    {origin or '[*]'} --> {status}" for status in sorted(wanted)]
    return "\n".join([*lines, "```"])


def ports() -> str:
    """Which adapter each assembly puts behind each port."""
    lines = ["| port | memory (tests) | embedded |", "|---|---|---|"]
    for slot in Core.providers:
        annotation = Core.__annotations__.get(slot, "")
        match = re.fullmatch(r"providers\.Provider\[(\w+)\]", annotation)
        if match and match[1] != "Settings":
            name = f"`{match[1]}`" + _of_channel(slot)
            lines.append(f"| {name} | {_adapter(InMemory, slot)} | {_adapter(Embedded, slot)} |")
    return "\n".join(lines)


def _of_channel(slot: str) -> str:
    channel, _, kind = slot.partition("_")
    return f" ({channel})" if kind in ("source", "sender") else ""


def _adapter(assembly: type[InMemory | Embedded], slot: str) -> str:
    provider = assembly.providers[slot]
    assert isinstance(provider, providers.Singleton | providers.Factory)
    if isinstance(provider.provides, type):
        return f"`{provider.provides.__name__}`"
    return f"`OutboxSender`, or `NullSender` for {slot.split('_')[0].upper()}_PROVIDER=null"


def with_generated_parts(text: str) -> str:
    for name, part in (("life", life()), ("ports", ports())):
        head, begin, rest = text.partition(f"<!-- {name}: ")
        comment, _, _ = rest.partition("\n")
        _, end, tail = rest.partition(f"\n<!-- /{name} -->")
        text = f"{head}{begin}{comment}\n{part}{end}{tail}"
    return text


if __name__ == "__main__":
    README.write_text(with_generated_parts(README.read_text()))
