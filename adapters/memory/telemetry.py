"""What was somebody who watches the lanes told?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.notification import Notification


@dataclass(slots=True)
class MemoryTelemetry(Telemetry):
    said: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def taken_in(self, channel: str, batch: Batch) -> None:
        self.batches.append(batch)
        self.said.append(f"{channel}: took in {batch.records}, accepted {len(batch.added)}")

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        self.said.extend(f"{channel}: {each.status}" for each in notifications)

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        self.said.append(f"{channel}: circuit {'open' if circuit.is_open else 'closed'}")

    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        self.said.append(f"{channel}: {doing}: {type(error).__name__}")
