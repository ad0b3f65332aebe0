"""How does a command run what is asynchronous, and open what it works on?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import structlog
import uvloop
from structlog.typing import EventDict

from entrypoints.settings import Settings, load_settings

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def settings_for(data: Path | None) -> Settings:
    return load_settings(tidings_data=data)


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
