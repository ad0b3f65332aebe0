"""How is somebody told what became of an event, and what becomes of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from application.ports.notification_history import Chapter
from domain.pause import Pause
from entrypoints import shaping
from entrypoints.answers import NotAccepted
from entrypoints.container import Purpose, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.following import Happening, chapters_meant, follow
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Environment, Settings
from entrypoints.terminal.pauses import print_pauses
from entrypoints.terminal.story import head, print_story, title, what_happened
from entrypoints.terminal.words import plain, when


def show(id_: str, *, data: Path | None, reveal: bool, as_json: bool) -> None:
    settings = settings_for(data)
    chapters, now, paused = run(_read(settings, id_))
    if as_json:
        tell(shaping.story(chapters, reveal=reveal, paused=paused))
    else:
        print_story(
            Console(highlight=False),
            chapters,
            now=now,
            reveal=reveal,
            attempts=settings.allowed_attempts,
            paused=paused,
        )


async def _read(
    settings: Settings, id_: str
) -> tuple[Sequence[Chapter], datetime, Mapping[str, Pause]]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        if chapters := await chapters_meant(tidings.history, id_):
            return chapters, tidings.clock.now(), await tidings.lane_control.pauses()
        problem = f"no event {id_} has been accepted{_where(settings)}"
        if waiting := await tidings.lanes.lag():
            problem += f"; {_waiting(waiting, settings.tidings_env)}"
        raise CannotBeDone(problem)


def _waiting(unread: int, environment: Environment) -> str:
    events = "1 published event waits" if unread == 1 else f"{unread} published events wait"
    return f"{events} to be read: does `{environment.works_by}` run?"


def _where(settings: Settings) -> str:
    return "" if settings.tidings_env is Environment.PRODUCTION else f" in {settings.tidings_data}"


def follow_story(id_: str, *, data: Path | None, reveal: bool, as_json: bool) -> None:
    settings = settings_for(data)
    told_to = _Machine(reveal) if as_json else _Person(reveal, settings.tidings_env)
    run(_follow(settings, id_, told_to))


class _Machine:
    """One document a line."""

    def __init__(self, reveal: bool) -> None:
        self._reveal = reveal

    def wait_for(self, id_: str, unread: int) -> None:
        tell(NotAccepted(id=id_, unread=unread))

    def begin(
        self, chapters: Sequence[Chapter], paused: Mapping[str, Pause], now: datetime
    ) -> None: ...

    def hear(self, happening: Happening) -> None:
        tell(shaping.happening(happening, reveal=self._reveal))

    def end(self, chapters: Sequence[Chapter]) -> None: ...


class _Person:
    def __init__(self, reveal: bool, environment: Environment) -> None:
        self._reveal = reveal
        self._environment = environment
        self._console = Console(highlight=False, soft_wrap=True)

    def wait_for(self, id_: str, unread: int) -> None:
        waiting = f"No event {plain(id_)} has been accepted yet; waiting for it."
        if unread:
            waiting += f" {_waiting(unread, self._environment)}"
        Console(stderr=True, highlight=False, soft_wrap=True).print(waiting, markup=False)

    def begin(
        self, chapters: Sequence[Chapter], paused: Mapping[str, Pause], now: datetime
    ) -> None:
        self._console.print(title(chapters[0].notification.event))
        waiting = [each.notification for each in chapters if not each.notification.status.is_final]
        channels = [each.channel for each in waiting if each.channel in paused]
        print_pauses(self._console, [paused[channel] for channel in channels], now=now)

    def hear(self, happening: Happening) -> None:
        notification = happening.notification
        at = when(happening.at, notification.accepted_at)
        line = Text.assemble(
            (at, "dim"), f"  {notification.channel:<5}  ", what_happened(happening)
        )
        self._console.print(line)

    def end(self, chapters: Sequence[Chapter]) -> None:
        for chapter in chapters:
            self._console.print(head(chapter.notification, reveal=self._reveal))


async def _follow(settings: Settings, id_: str, told_to: _Machine | _Person) -> None:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        is_waited_for = has_begun = False
        chapters: Sequence[Chapter] = []
        async for chapters, news in follow(tidings.history, tidings.clock, id_):
            if not chapters and not is_waited_for:
                told_to.wait_for(id_, await tidings.lanes.lag())
                is_waited_for = True
            if chapters and not has_begun:
                told_to.begin(chapters, await tidings.lane_control.pauses(), tidings.clock.now())
                has_begun = True
            for happening in news:
                told_to.hear(happening)
        told_to.end(chapters)
