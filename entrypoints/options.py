"""Which options mean the same to several commands?

Nothing heavy is imported here: `--help` must come at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from entrypoints.instants import read_instant

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        help="The data folder, if not that of TIDINGS_DATA (by default ./tidings-data).",
        show_default=False,
    ),
]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show addresses and numbers in full.")]
Json = Annotated[
    bool, typer.Option("--json", help="Tell it as JSON, for a machine; see docs/json.md.")
]
Channel = Annotated[str | None, typer.Option("--channel", help="email or sms.")]
MessageType = Annotated[str | None, typer.Option("--type", help="As USER_SIGNED_UP.")]
Why = Annotated[
    str | None,
    typer.Option(
        "--why", help="The reason; it is kept. Asked for on a terminal.", show_default=False
    ),
]
By = Annotated[
    str | None, typer.Option("--by", help="Who decides, if not you.", show_default=False)
]
_MOST = 10_000


def limit(given: str | int) -> int:
    """Also of what is there by default."""
    try:
        number = int(given)
    except ValueError:
        number = 0
    if not 1 <= number <= _MOST:
        raise typer.BadParameter(f"want a whole number from 1 to {_MOST}")
    return number


Limit = Annotated[
    int,
    typer.Option(
        "--limit", "-n", parser=limit, metavar="NUMBER", help=f"At most so many: 1 to {_MOST}."
    ),
]


def last_seen(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("want the id that the last line of a page gives") from error


After = Annotated[
    UUID | None,
    typer.Option("--after", parser=last_seen, metavar="ID", help="The last one seen: go on there."),
]


def instant(text: str) -> datetime:
    try:
        return read_instant(text, now=datetime.now(UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


From = Annotated[
    datetime | None,
    typer.Option(
        "--from", parser=instant, metavar="WHEN", help="At or after: 2026-03-01T12:00 (UTC), 2h ago"
    ),
]
Before = Annotated[
    datetime | None,
    typer.Option("--before", parser=instant, metavar="WHEN", help="Before; the same forms."),
]
