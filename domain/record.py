"""What lies in the stream, and where?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """One place in the stream; a record delivered again has the same one."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Bytes as they lie in the stream, not read yet. `value` is None for a tombstone.

    `damage` says why the stream itself cannot tell what was written there; `value` is then
    what of it can still be had.
    """

    value: bytes | None
    position: Position
    appended_at: datetime
    headers: Mapping[str, bytes] = field(default_factory=dict)
    damage: str | None = None
