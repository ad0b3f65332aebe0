"""What should somebody who reads the log be told?"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from application.ports.telemetry import Telemetry
from domain.circuit import Circuit
from domain.errors import TidingsError
from domain.notification import Notification
from domain.status import Status


class LogTelemetry(Telemetry):
    """Every failure and every doubt is a line; what was sent is not: the store tells that."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("tidings")

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        for notification in notifications:
            if notification.status in (Status.FAILED, Status.UNCERTAIN):
                self._log.warning(
                    notification.status.lower(),
                    channel=channel,
                    event_id=notification.event.id,
                    notification_id=str(notification.id),
                    attempt=notification.attempt,
                    failure=notification.failure,
                    waiting_for=notification.waiting_for,
                    rule=notification.last_move.rule,
                )

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str) -> None:
        if circuit.probe_at is None:
            self._log.info("circuit closed", channel=channel)
        else:
            self._log.warning(
                "circuit open", channel=channel, next_look=circuit.probe_at.isoformat(), rule=words
            )

    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        if isinstance(error, TidingsError):
            self._log.error(f"{doing}: {error}", channel=channel)
        else:
            self._log.error(doing, channel=channel, exc_info=error)
