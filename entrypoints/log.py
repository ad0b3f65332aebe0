"""How does the service's log look, to a person and to a collector?"""

from __future__ import annotations

import sys

import structlog
from structlog.typing import EventDict


def log_to_standard_error() -> None:
    """A line each: short and coloured for a person, JSON and whole for a collector."""
    is_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_terminal else "iso", utc=True),
            *(
                [_shortened, structlog.dev.ConsoleRenderer(pad_event_to=0)]
                if is_terminal
                else [structlog.processors.JSONRenderer()]
            ),
        ],
        logger_factory=_StandardError,
    )


class _StandardError:
    """Whatever that is at the moment: a spinner puts itself in its place for a while."""

    def __init__(self, *_: object) -> None: ...

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr)  # noqa: T201 - this is the log

    info = warning = error = log = debug = msg


def _shortened(_: object, __: str, event: EventDict) -> EventDict:
    """For eyes: without what is empty, and without the id that the story has too."""
    event.pop("notification_id", None)
    return {name: value for name, value in event.items() if value not in (None, "", [])}
