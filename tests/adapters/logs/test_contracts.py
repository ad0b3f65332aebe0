"""Does the log keep to what a telemetry promises?"""

from __future__ import annotations

from io import StringIO

import structlog

from adapters.logs.telemetry import LogTelemetry
from application.ports.telemetry import Telemetry
from tests.contracts.telemetry import Listener, OverseerContract


class Reader(Listener):
    def __init__(self) -> None:
        self._stream = StringIO()
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(self._stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(),
            ],
        )

    def telemetry(self) -> Telemetry:
        return LogTelemetry(self._log)

    def heard(self) -> str:
        return self._stream.getvalue()


class TestLogTelemetry(OverseerContract):
    def open_listener(self) -> Listener:
        return Reader()
