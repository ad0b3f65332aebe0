"""What is to be seen of an event in the trace that it belongs to?

The lanes know nothing of it: a span is drawn when what it tells of is durable.
"""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.trace import StatusCode

from adapters.otel.tracing import Tracing, nanoseconds
from application.ports.clock import Clock
from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.notification import Notification
from domain.outcome import OutcomeKind


class OtelTelemetry(Telemetry):
    """One span for each notification that is accepted, one for each attempt that ends."""

    def __init__(self, tracing: Tracing, clock: Clock) -> None:
        self._tracing = tracing
        self._clock = clock

    def taken_in(self, channel: str, batch: Batch) -> None:  # noqa: ARG002
        durable_at = nanoseconds(self._clock.now())
        for notification in batch.added:
            if not self._tracing.follows(notification.event):
                continue
            span = self._tracing.begin_acceptance(notification)
            if notification.waiting_for is not None:
                span.set_attribute("tidings.waiting_for", notification.waiting_for)
            if notification.failure is not None:
                span.set_status(StatusCode.ERROR, notification.failure)
            span.end(durable_at)

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:  # noqa: ARG002
        for notification in notifications:
            outcome = notification.last_move.outcome
            if outcome is not None and self._tracing.follows(notification.event):
                self._draw_attempt(notification, outcome)

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        """Of no event."""

    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        """Of no event."""

    def _draw_attempt(self, notification: Notification, outcome: OutcomeKind) -> None:
        move = notification.last_move
        begun_at = min(notification.begun_at or move.at, move.at)
        span = self._tracing.begin_hand_over(notification, at=begun_at)
        span.set_attributes({"tidings.outcome": outcome, "tidings.rule": move.rule})
        # One that was not taken, as the provider is down, has been taken back.
        was_taken_back = outcome is OutcomeKind.PROVIDER_DOWN
        span.set_attribute("tidings.attempt", move.attempt + was_taken_back)
        if outcome is not OutcomeKind.ACCEPTED:
            span.set_status(StatusCode.ERROR, notification.failure or outcome)
        span.end(nanoseconds(move.at))
