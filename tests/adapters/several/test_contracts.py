"""Are several who watch the lanes told the same, each all of it?"""

from __future__ import annotations

from adapters.memory.telemetry import MemoryTelemetry
from adapters.several.telemetry import SeveralTelemetry
from application.ports.telemetry import Telemetry
from tests.contracts.telemetry import Listener, OverseerContract


class Two(Listener):
    def __init__(self) -> None:
        self._each = [MemoryTelemetry(), MemoryTelemetry()]

    def telemetry(self) -> Telemetry:
        return SeveralTelemetry(self._each)

    def heard(self) -> str:
        first, second = self._each
        assert first == second
        return "\n".join(first.said)


class TestSeveralTelemetry(OverseerContract):
    def open_listener(self) -> Listener:
        return Two()
