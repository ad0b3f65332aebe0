"""What does Twilio's answer mean for the notification?"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.outcome import Deferred, Outcome, ProviderDown, Rejected, Unknown

BUILT_IN = Path(__file__).with_name("codes.toml")
_OUTCOMES = ("deferred", "rejected", "unknown", "provider down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Anything but a message taken. Without a `status` no answer came that could be read."""

    words: str
    status: int | None = None
    code: int | None = None
    retry_after: timedelta | None = None
    was_written: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table; what it does not name may be anything."""

    name: str
    outcome: str
    source: str
    codes: frozenset[int] = frozenset()
    http: frozenset[int] = frozenset()
    status_class: int | None = None
    says_when: bool = False
    silent: bool = False
    written: bool | None = None
    retry_after: timedelta | None = None
    needs_operator: bool = False

    @property
    def rank(self) -> tuple[bool, ...]:
        return (not self.codes, not self.http, not self.says_when)

    def matches(self, refusal: Refusal) -> bool:
        if self.silent or refusal.status is None:
            is_silence = self.silent and refusal.status is None
            return is_silence and self.written in (None, refusal.was_written)
        return (
            (not self.codes or refusal.code in self.codes)
            and (not self.http or refusal.status in self.http)
            and (self.status_class is None or refusal.status // 100 == self.status_class)
            and (not self.says_when or refusal.retry_after is not None)
        )


class CodeTable:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.rank))

    @classmethod
    def load(cls, own: Path | None = None) -> CodeTable:
        """What comes with the program, `own` rows before it. Raises ValueError."""
        rows = {} if own is None else _read(own)
        return cls((rows | {n: r for n, r in _read(BUILT_IN).items() if n not in rows}).values())

    def name_of(self, code: int | None) -> str | None:
        """Of the first row that is for this code of Twilio's."""
        return next((row.name for row in self.rows if code in row.codes), None)

    def decide(self, refusal: Refusal) -> Outcome:
        row = next((row for row in self.rows if row.matches(refusal)), None)
        if row is None:
            return Unknown(reason=refusal.words, rule="twilio:no row")
        return _outcome(row, refusal)


def _outcome(row: Row, refusal: Refusal) -> Outcome:
    rule, reason = f"twilio:{row.name}", refusal.words
    wait = refusal.retry_after if refusal.retry_after is not None else row.retry_after
    match row.outcome:
        case "deferred":
            return Deferred(reason=reason, rule=rule, retry_after=wait)
        case "rejected":
            return Rejected(reason=reason, rule=rule)
        case "provider down":
            return ProviderDown(
                reason=reason, rule=rule, retry_after=wait, needs_operator=row.needs_operator
            )
        case _:
            return Unknown(reason=reason, rule=rule)


def _read(file: Path) -> dict[str, Row]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        only_statuses = "status" in tables and "row" not in tables
        rows = [] if only_statuses else [_row(fields) for fields in tables["row"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file}: not a table of codes ({error})") from error
    return {row.name: row for row in rows}


def _row(fields: Mapping[str, Any]) -> Row:
    made = dict(fields)
    if made["outcome"] not in _OUTCOMES:
        raise ValueError(f"the outcome of {made['name']!r} is none of {', '.join(_OUTCOMES)}")
    made["codes"] = frozenset(made.get("codes", ()))
    made["http"] = frozenset(made.get("http", ()))
    if "class" in made:
        made["status_class"] = made.pop("class")
    if "retry_after" in made:
        made["retry_after"] = timedelta(seconds=made["retry_after"])
    return Row(**made)
