"""How does a person say what became of an uncertain notification?"""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from application.resolve_uncertain import Resolution
from domain.notification import Notification
from domain.status import Status
from entrypoints import exit_codes
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.story import print_story


def resolve(
    event_id: str, resolution: str, *, channel: str | None, by: str, why: str, data: Path | None
) -> None:
    run(_resolve(settings_for(data), event_id, Resolution(resolution), channel, by=by, why=why))


async def _resolve(
    settings: Settings,
    event_id: str,
    resolution: Resolution,
    channel: str | None,
    *,
    by: str,
    why: str,
) -> None:
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        notification = await _the_uncertain_one(tidings, event_id, channel)
        revised = await tidings.resolve_uncertain(notification, resolution, by=by, why=why)
        if not revised:
            raise _refusal("it has moved on meanwhile; look again with `tidings show`")
        story = await tidings.history.story(event_id)
        print_story(Console(highlight=False), story, now=tidings.clock.now(), reveal=False)


async def _the_uncertain_one(tidings: Tidings, event_id: str, channel: str | None) -> Notification:
    notifications = [chapter.notification for chapter in await tidings.history.story(event_id)]
    uncertain = [
        each
        for each in notifications
        if each.status is Status.UNCERTAIN and channel in (None, each.channel)
    ]
    if len(uncertain) == 1:
        return uncertain[0]
    if uncertain:
        raise _refusal("both channels are uncertain; say which with --channel")
    if not notifications:
        raise _refusal("no such event has been accepted")
    raise _refusal(
        "nothing of it is uncertain: "
        + ", ".join(f"{each.channel} is {each.status}" for each in notifications)
    )


def _refusal(problem: str) -> typer.Exit:
    Console(stderr=True, soft_wrap=True).print(f"[bold red]error:[/] {problem}")
    return typer.Exit(exit_codes.NOT_ALL)
