"""Is everything right that Tidings needs, and if not, what is to be done?"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.errors import TidingsError
from entrypoints import exit_codes
from entrypoints.container import Purpose, open_tidings
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings


def check(data: Path | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    settings = settings_for(data)
    console.print(_settings_table(settings))
    console.print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    folder = settings.tidings_data
    if not folder.exists():
        console.print(Text(f"- data folder {folder}: not there yet; `tidings up` makes it"))
        return
    try:
        lag = run(_open(settings))
    except TidingsError as error:
        console.print(Text.assemble(("✗ ", "bold red"), str(error)))
        raise typer.Exit(exit_codes.NOT_ALL) from None
    console.print(Text.assemble(("✓ ", "bold green"), f"data folder {folder.resolve()}"))
    console.print(
        Text.assemble(("✓ ", "bold green"), f"its file opens; {lag} events wait to be read")
    )


def _settings_table(settings: Settings) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("setting", "value", "from"):
        table.add_column(column)
    for name in type(settings).model_fields:
        is_set = name in settings.model_fields_set
        table.add_row(
            name.upper(), Text(str(getattr(settings, name))), "set" if is_set else "default"
        )
    return table


async def _open(settings: Settings) -> int:
    async with open_tidings(settings, Purpose.PUBLISH) as tidings:
        return await tidings.lanes.lag()
