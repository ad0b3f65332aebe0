"""How are several who watch the lanes told the same?"""

from __future__ import annotations

from collections.abc import Sequence

from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.notification import Notification


class SeveralTelemetry(Telemetry):
    def __init__(self, each: Sequence[Telemetry]) -> None:
        self._each = each

    def taken_in(self, channel: str, batch: Batch) -> None:
        for telemetry in self._each:
            telemetry.taken_in(channel, batch)

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        for telemetry in self._each:
            telemetry.settled(channel, notifications)

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        for telemetry in self._each:
            telemetry.circuit_moved(channel, circuit, words=words, rule=rule)

    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        for telemetry in self._each:
            telemetry.trouble(channel, doing, error)
