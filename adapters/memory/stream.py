"""What do the twins of the stream share?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from application.errors import StreamUnavailable
from domain.record import Position, Record

TOPIC = "notifications"


@dataclass(slots=True)
class Stream:
    """One partition, and how far each group has committed.

    For tests: `rewind` a group, and let the stream `go_away` and `come_back`.
    """

    records: list[Record] = field(default_factory=list)
    committed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _is_away: bool = False

    def append(
        self,
        value: bytes | None,
        *,
        appended_at: datetime,
        headers: Mapping[str, bytes] | None = None,
    ) -> None:
        self.records.append(
            Record(
                value=value,
                position=Position(topic=TOPIC, partition=0, offset=len(self.records)),
                appended_at=appended_at.astimezone(UTC),
                headers=headers or {},
            )
        )

    def go_away(self) -> None:
        self._is_away = True

    def come_back(self) -> None:
        self._is_away = False

    def reach(self) -> None:
        if self._is_away:
            raise StreamUnavailable("the stream is away", fix="bring it back")

    def rewind(self, group: str) -> None:
        self.committed[group] = 0
