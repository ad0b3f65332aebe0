"""What should somebody who reads the log be told?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from traceback import extract_tb
from typing import Any

from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.errors import TidingsError
from domain.masking import masked
from domain.notification import Notification
from domain.status import Status

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class LogTelemetry(Telemetry):
    """Every failure and every doubt is a line; what was sent is not: the store tells that.

    Written to `log`, a logger of structlog; without one to standard error, never to what an
    application prints.
    """

    def __init__(self, log: Any = None) -> None:
        self._given = log

    @cached_property
    def _log(self) -> Any:
        if self._given is not None:
            return self._given
        # Here, as structlog takes 60 ms that whoever only asks never needs.
        from adapters.logs.standard_error import standard_error_log

        return standard_error_log()

    def taken_in(self, channel: str, batch: Batch) -> None:
        """The store tells it."""

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        for notification in notifications:
            if notification.status in (Status.FAILED, Status.UNCERTAIN):
                self._say(
                    "warning",
                    notification.status.lower(),
                    channel=channel,
                    event_id=notification.event.id,
                    notification_id=str(notification.id),
                    attempt=notification.attempt,
                    trace_id=notification.event.trace_id,
                    failure=notification.failure,
                    waiting_for=notification.waiting_for,
                    rule=notification.last_move.rule,
                )

    def circuit_moved(self, channel: str, circuit: Circuit, *, words: str, rule: str) -> None:
        if circuit.probe_at is None:
            self._say("info", "circuit closed", channel=channel)
        else:
            self._say(
                "warning",
                "circuit open",
                channel=channel,
                next_look=circuit.probe_at.isoformat(),
                why=masked(words, recipient=""),
                rule=rule,
            )

    def trouble(self, channel: str, doing: str, error: Exception) -> None:
        if isinstance(error, TidingsError):
            self._say("error", f"{doing}: {error}", channel=channel)
        else:
            self._say("error", doing, channel=channel, error=list(_causes(error)))

    def clock_jumped(self, by: timedelta) -> None:
        self._say_of_a_jump("the machine's clock", by)

    def database_clock_jumped(self, by: timedelta) -> None:
        self._say_of_a_jump("the database's clock", by)

    def _say_of_a_jump(self, whose: str, by: timedelta) -> None:
        self._say(
            "warning",
            f"{whose} was set; time goes on steadily here and follows slowly; "
            "start anew to follow at once",
            by_seconds=round(by.total_seconds(), 3),
        )

    def clock_differs(self, by: timedelta) -> None:
        self._say(
            "warning",
            "this machine's clock is not that of the database; the database's counts",
            database_ahead_by_seconds=round(by.total_seconds(), 3),
        )

    def _say(self, level: str, what: str, **details: object) -> None:
        # A log that cannot be written (a closed pipe, a full disk) stops nobody.
        with suppress(OSError, ValueError):
            self._log.log(_LEVELS[level], what, **details)


def _causes(error: BaseException) -> Iterator[str]:
    """What broke and where; never its words, which may hold anything."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
        return
    frames = extract_tb(error.__traceback__)
    where = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in reversed(frames))
    yield f"{type(error).__name__} at {where}"
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)
