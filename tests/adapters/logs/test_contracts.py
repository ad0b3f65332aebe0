"""Does the log keep to what a telemetry promises?"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from adapters.logs.telemetry import LogTelemetry
from application.ports.telemetry import Telemetry
from tests.contracts.telemetry import Listener, TelemetryContract


class Reader(Listener):
    def __init__(self) -> None:
        self._stream = StringIO()
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(self._stream),
        )

    def telemetry(self) -> Telemetry:
        return LogTelemetry()

    def heard(self) -> str:
        return self._stream.getvalue()


class TestLogTelemetry(TelemetryContract):
    @pytest.fixture(autouse=True)
    def _as_before(self) -> Iterator[None]:
        yield
        structlog.reset_defaults()

    def open_listener(self) -> Listener:
        return Reader()
