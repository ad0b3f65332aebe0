"""How does the log look on standard error, to a person and to a collector?

An application that publishes may use structlog too: nothing here changes or takes its settings.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import EventDict


def standard_error_log() -> Any:
    """A line each: short and coloured for a person, JSON and whole for a collector."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return structlog.wrap_logger(
        _StandardError(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_terminal else "iso", utc=True),
            *(
                [_shortened, structlog.dev.ConsoleRenderer(pad_event_to=0)]
                if is_terminal
                else [structlog.processors.JSONRenderer()]
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        context_class=dict,
        cache_logger_on_first_use=True,
    )


class LibrariesWarnings(logging.Handler):
    """What libraries warn of, as lines of the same log: never with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._log = standard_error_log()

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # as where nobody reads the log any more
            self._log.log(record.levelno, record.getMessage(), by=record.name)


class _StandardError:
    """Whatever that is at the moment: a spinner puts itself in its place for a while."""

    def msg(self, line: str) -> None:
        if sys.stderr is not None:  # print would take standard output for it
            print(line, file=sys.stderr)  # noqa: T201 - this is the log

    info = warning = error = msg


def _shortened(_: object, __: str, event: EventDict) -> EventDict:
    """For eyes: without what is empty, and without the id that the story has too."""
    event.pop("notification_id", None)
    return {name: value for name, value in event.items() if value not in (None, "", [])}
