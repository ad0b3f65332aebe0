"""How is OpenTelemetry set up?

Its own module, as its library takes 0.2 s to import and need not be installed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.util.re import parse_env_headers

from adapters.logs.telemetry import LogTelemetry
from adapters.otel.event_publisher import OtelEventPublisher
from adapters.otel.exporter import OtlpExporter
from adapters.otel.telemetry import OtelTelemetry
from adapters.otel.tracing import Tracing as Spans
from application.ports.clock import Clock
from entrypoints.settings import Settings
from entrypoints.tracing import Tracing


def takes_spans(settings: Settings) -> bool:
    """Whether whoever collects them answers; asked with none."""
    exporter = _exporter(settings, tell=lambda _: None)
    try:
        return exporter.export(()) is SpanExportResult.SUCCESS
    finally:
        exporter.shutdown()


def _exporter(settings: Settings, *, tell: Callable[[Exception], None]) -> OtlpExporter:
    return OtlpExporter(
        settings.otel_exporter_otlp_endpoint,
        parse_env_headers(settings.otel_exporter_otlp_headers.get_secret_value(), liberal=True),
        tell,
    )


def open_telemetry(settings: Settings, clock: Clock, log: LogTelemetry) -> Tracing:
    """What the specification names besides (certificates, batches, resource attributes) the
    library reads from the environment itself."""
    spans = Spans(
        _exporter(settings, tell=partial(log.trouble, "traces", "handing over spans")),
        service=settings.otel_service_name,
        version=version("tidings"),
        share=settings.otel_traces_sampler_arg,
    )
    return Tracing(
        telemetry=(OtelTelemetry(spans, clock),),
        follow=lambda publisher: OtelEventPublisher(publisher, spans),
        close=spans.close,
    )
