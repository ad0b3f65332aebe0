"""How do spans get to whoever collects them, and who is told if they do not?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from domain.errors import TidingsError

_PATIENCE = timedelta(seconds=5)
_SAID_EVERY = timedelta(minutes=1)


class SpansLost(TidingsError):
    """Nothing but spans: what they tell of is in the audit trail."""

    def __init__(self) -> None:
        super().__init__("spans were not taken; is OTEL_EXPORTER_OTLP_ENDPOINT right?")


class OtlpExporter(SpanExporter):
    """Over HTTP (https://opentelemetry.io/docs/specs/otlp/), to `endpoint` + /v1/traces.

    Called in a thread of the library's own, which drops the oldest where it cannot follow.
    """

    def __init__(
        self, endpoint: str, headers: Mapping[str, str], tell: Callable[[Exception], None]
    ) -> None:
        # Its words hold URLs; said below, and without them.
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        self._exporter = OTLPSpanExporter(
            f"{endpoint.rstrip('/')}/v1/traces",
            headers=dict(headers),
            timeout=_PATIENCE.total_seconds(),
        )
        self._tell = tell
        self._told_at: float | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        exported = self._exporter.export(spans)
        if exported is not SpanExportResult.SUCCESS:
            self._say()
        return exported

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)

    def _say(self) -> None:
        now = monotonic()
        if self._told_at is None or now - self._told_at >= _SAID_EVERY.total_seconds():
            self._told_at = now
            self._tell(SpansLost())
