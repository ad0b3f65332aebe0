"""How does a person say what became of an uncertain notification?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from application.ports.notification_history import Chapter
from application.resolve_uncertain import Resolution
from domain.notification import Notification
from domain.status import Status
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.following import chapters_meant
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.story import print_story


def resolve(
    id_: str,
    resolution: str,
    *,
    channel: str | None,
    by: str,
    why: str,
    data: Path | None,
    as_json: bool,
) -> None:
    story, now = run(
        _resolve(settings_for(data), id_, Resolution(resolution), channel, by=by, why=why)
    )
    if as_json:
        tell(shaping.story(story, reveal=False))
    else:
        print_story(Console(highlight=False), story, now=now, reveal=False)


async def _resolve(
    settings: Settings,
    id_: str,
    resolution: Resolution,
    channel: str | None,
    *,
    by: str,
    why: str,
) -> tuple[Sequence[Chapter], datetime]:
    """The story as it stands afterwards."""
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        notification = _the_uncertain_one(await chapters_meant(tidings.history, id_), channel)
        if not await tidings.resolve_uncertain(notification, resolution, by=by, why=why):
            raise CannotBeDone("it has moved on meanwhile; look again with `tidings show`")
        return await chapters_meant(tidings.history, id_), tidings.clock.now()


def _the_uncertain_one(chapters: Sequence[Chapter], channel: str | None) -> Notification:
    notifications = [chapter.notification for chapter in chapters]
    uncertain = [
        each
        for each in notifications
        if each.status is Status.UNCERTAIN and channel in (None, each.channel)
    ]
    if len(uncertain) == 1:
        return uncertain[0]
    if uncertain:
        raise CannotBeDone("both channels are uncertain; say which with --channel")
    if not notifications:
        raise CannotBeDone("no such event has been accepted")
    raise CannotBeDone(
        "nothing of it is uncertain: "
        + ", ".join(f"{each.channel} is {each.status}" for each in notifications)
    )
