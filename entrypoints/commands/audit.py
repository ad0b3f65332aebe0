"""Who looked at what, and who acted? Asked by whoever has to know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from domain.audit import AuditEntry
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import instant, plain


def audit(*, limit: int, data: Path | None, as_json: bool) -> None:
    entries = run(_latest(settings_for(data), limit))
    if as_json:
        tell(shaping.audit_log(entries))
        return
    console = Console(highlight=False, soft_wrap=True)
    for entry in entries:
        console.print(_line(entry))
    if not entries:
        console.print("Nobody has done anything yet that is kept here.")


async def _latest(settings: Settings, limit: int) -> Sequence[AuditEntry]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        return await tidings.audit_log.latest(limit=limit)


def _line(entry: AuditEntry) -> Text:
    line = Text.assemble(
        (f"{instant(entry.at)}  ", "dim"),
        (f"{entry.action}  ", "bold"),
        f"{plain(entry.about)}  by {plain(entry.by)}",
    )
    return line.append(f": {plain(entry.words)}") if entry.words else line
