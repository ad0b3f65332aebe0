"""Is what becomes of an event drawn as spans, and who draws them?

The library stays away until somebody has set up where spans go to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from adapters.logs.telemetry import LogTelemetry
from application.ports.clock import Clock
from application.ports.event_publisher import EventPublisher
from application.ports.telemetry import Telemetry
from entrypoints.installed import NotInstalled, installed
from entrypoints.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """As it comes, nothing is drawn."""

    telemetry: tuple[Telemetry, ...] = ()
    follow: Callable[[EventPublisher], EventPublisher] = lambda publisher: publisher
    close: Callable[[], None] = lambda: None


def tracing_for(settings: Settings, is_followed: bool, clock: Clock, log: LogTelemetry) -> Tracing:
    """Without the library the work goes on, and the log says so."""
    if not (is_followed and settings.otel_exporter_otlp_endpoint):
        return Tracing()
    try:
        with installed("otel"):
            from entrypoints.otel import open_telemetry
    except NotInstalled as error:
        log.trouble("traces", "drawing spans", error)
        return Tracing()
    return open_telemetry(settings, clock, log)


async def open_tracing(tracing: Tracing) -> AsyncIterator[None]:
    """At the end what is left is handed over."""
    try:
        yield
    finally:
        await asyncio.to_thread(tracing.close)


def followed(publisher: EventPublisher, tracing: Tracing) -> EventPublisher:
    return tracing.follow(publisher)
