"""What does the status of a message mean that Twilio tells later?"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.twilio.answers import BUILT_IN
from domain.receipt import ReceiptVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """Without `statuses` it is for those that no other row names."""

    name: str
    verdict: ReceiptVerdict
    source: str
    statuses: frozenset[str] = frozenset()


class StatusTable:
    """Raises ValueError if there is a status that no row is for."""

    def __init__(self, rows: Iterable[StatusRow]) -> None:
        rows = list(rows)
        self.rows = [row for row in rows if row.statuses] + [r for r in rows if not r.statuses]
        if not self.rows or self.rows[-1].statuses:
            raise ValueError("no row is for the statuses that are not named")

    @classmethod
    def load(cls, own: Path | None = None) -> StatusTable:
        """What comes with the program, `own` rows before it. Raises ValueError."""
        rows = {} if own is None else _read(own)
        return cls((rows | {n: r for n, r in _read(BUILT_IN).items() if n not in rows}).values())

    def row_of(self, status: str) -> StatusRow:
        return next(row for row in self.rows if status in row.statuses or not row.statuses)


def _read(file: Path) -> dict[str, StatusRow]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        rows = [_row(fields) for fields in tables.get("status", ())]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file}: not a table of statuses ({error})") from error
    return {row.name: row for row in rows}


def _row(fields: Mapping[str, Any]) -> StatusRow:
    return StatusRow(
        **{
            **fields,
            "verdict": ReceiptVerdict(fields["verdict"]),
            "statuses": frozenset(fields.get("statuses", ())),
        }
    )
