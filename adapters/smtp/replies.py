"""What does a relay's reply mean for the notification?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.smtp.heard import Reply, Stage
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown

BUILT_IN = Path(__file__).with_name("replies.toml")

#: How relays name what they took: Postfix, Exim and most others, Amazon SES.
_QUEUE_IDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"queued (?:mail for delivery )?as ([\w.-]+)",
        r"\bid=([\w.-]+)",
        r"Ok (\S{8,})",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table; what it does not name may be anything."""

    name: str
    outcome: str
    source: str
    stages: frozenset[str] = frozenset()
    enhanced: frozenset[str] = frozenset()
    codes: frozenset[int] = frozenset()
    text: re.Pattern[str] | None = None
    digit: int | None = None
    silent: bool = False
    retry_after: timedelta | None = None
    needs_operator: bool = False

    @property
    def rank(self) -> tuple[bool, ...]:
        """By stage, then enhanced code, then code, then text, then first digit."""
        return (not self.stages, not self.enhanced, not self.codes, self.text is None)

    def matches(self, stage: Stage, reply: Reply | None) -> bool:
        """Every mail that is taken is held against most rows: what is cheap is asked first."""
        if self.stages and stage not in self.stages:
            return False
        if reply is None or self.silent:
            return reply is None and self.silent
        return (
            (self.digit is None or reply.digit == self.digit)
            and (not self.codes or reply.code in self.codes)
            and (not self.enhanced or self._names(reply.enhanced))
            and (self.text is None or self.text.search(reply.text) is not None)
        )

    def _names(self, enhanced: str) -> bool:
        return enhanced in self.enhanced or f"{enhanced.rpartition('.')[0]}.*" in self.enhanced


class ReplyTable:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.rank))

    @classmethod
    def load(cls, own: Path | None = None) -> ReplyTable:
        """What comes with the program, `own` rows before it. Raises ValueError."""
        built_in = _read(BUILT_IN)
        if own is None:
            return cls(built_in.values())
        return cls(
            (_read(own) | {n: r for n, r in built_in.items() if n not in _read(own)}).values()
        )

    def decide(self, stage: Stage, reply: Reply | None, *, words: str = "") -> Outcome:
        """`words` say what happened where no reply came."""
        row = next((row for row in self.rows if row.matches(stage, reply)), None)
        reason = str(reply) if reply is not None else words
        if row is None:
            return _unlisted(stage, reason)
        return _OUTCOMES[row.outcome](row, reason)


def _read(file: Path) -> dict[str, Row]:
    try:
        rows = [_row(fields) for fields in tomllib.loads(file.read_text(encoding="utf-8"))["row"]]
    except (OSError, KeyError, TypeError, ValueError, re.error) as error:
        raise ValueError(f"{file}: not a table of replies ({error})") from error
    return {row.name: row for row in rows}


def _row(fields: Mapping[str, Any]) -> Row:
    made = dict(fields)
    if made["outcome"] not in _OUTCOMES:
        raise ValueError(f"the outcome of {made['name']!r} is none of {', '.join(_OUTCOMES)}")
    unknown = set(made.get("stages", ())) - set(Stage)
    if unknown:
        raise ValueError(f"{made['name']!r} names no stage: {', '.join(sorted(unknown))}")
    made["stages"] = frozenset(made.get("stages", ()))
    made["enhanced"] = frozenset(made.get("enhanced", ()))
    made["codes"] = frozenset(int(code) for code in made.get("codes", ()))
    if "text" in made:
        made["text"] = re.compile(made["text"], re.IGNORECASE)
    if "retry_after" in made:
        made["retry_after"] = timedelta(seconds=made["retry_after"])
    return Row(**made)


def _accepted(row: Row, reason: str) -> Outcome:
    found = (pattern.search(reason) for pattern in _QUEUE_IDS)
    queue_id = next((match[1] for match in found if match), None)
    return Accepted(reason=reason, rule=_rule(row), provider_id=queue_id)


def _deferred(row: Row, reason: str) -> Outcome:
    return Deferred(reason=reason, rule=_rule(row), retry_after=row.retry_after)


def _rejected(row: Row, reason: str) -> Outcome:
    return Rejected(reason=reason, rule=_rule(row))


def _unknown(row: Row, reason: str) -> Outcome:
    return Unknown(reason=reason, rule=_rule(row))


def _provider_down(row: Row, reason: str) -> Outcome:
    return ProviderDown(
        reason=reason,
        rule=_rule(row),
        retry_after=row.retry_after,
        needs_operator=row.needs_operator,
    )


def _rule(row: Row) -> str:
    return f"smtp:{row.name}"


def _unlisted(stage: Stage, reason: str) -> Outcome:
    """A reply that is none of SMTP's: who answers so may have taken it, once it has it all."""
    if stage is Stage.DOT:
        return Unknown(reason=reason, rule="smtp:no row")
    return Deferred(reason=reason, rule="smtp:no row")


_OUTCOMES: Mapping[str, Callable[[Row, str], Outcome]] = {
    "accepted": _accepted,
    "deferred": _deferred,
    "rejected": _rejected,
    "unknown": _unknown,
    "provider down": _provider_down,
}
