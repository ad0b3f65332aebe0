"""What do the twins of the stream share?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from domain.record import Position, Record

TOPIC = "notifications"


@dataclass(slots=True)
class Stream:
    """One partition, and how far each group has committed. For tests: `rewind` a group."""

    records: list[Record] = field(default_factory=list)
    committed: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def append(self, value: bytes | None, *, appended_at: datetime) -> None:
        position = Position(topic=TOPIC, partition=0, offset=len(self.records))
        self.records.append(
            Record(value=value, position=position, appended_at=appended_at.astimezone(UTC))
        )

    def rewind(self, group: str) -> None:
        self.committed[group] = 0
