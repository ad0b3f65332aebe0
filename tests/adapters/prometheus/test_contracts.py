"""Does what Prometheus reads keep to the promises of telemetry?"""

from __future__ import annotations

from adapters.prometheus.exposition import Exposition
from application.ports.telemetry import Telemetry
from tests.contracts.telemetry import Listener, OverseerContract


class Page(Listener):
    def __init__(self) -> None:
        self._exposition = Exposition(version="1", assembly="memory")

    def telemetry(self) -> Telemetry:
        return self._exposition.telemetry

    def heard(self) -> str:
        """What adds up; the process's own figures change by themselves."""
        lines = self._exposition.page().decode().splitlines()
        return "\n".join(each for each in lines if each.startswith("tidings_"))


class TestPrometheusTelemetry(OverseerContract):
    def open_listener(self) -> Listener:
        return Page()
