"""How does a person say what became of an uncertain notification?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from application.ports.notification_history import Chapter
from application.resolve_uncertain import Resolution
from domain.pause import Pause
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.deciding import resolve as resolve_it
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
    settings = settings_for(data)
    story, now, paused = run(
        _resolve(settings, id_, Resolution(resolution), channel, by=by, why=why)
    )
    if as_json:
        tell(shaping.story(story, reveal=False, paused=paused))
    else:
        print_story(
            Console(highlight=False),
            story,
            now=now,
            reveal=False,
            attempts=settings.allowed_attempts,
            paused=paused,
        )


async def _resolve(
    settings: Settings,
    id_: str,
    resolution: Resolution,
    channel: str | None,
    *,
    by: str,
    why: str,
) -> tuple[Sequence[Chapter], datetime, Mapping[str, Pause]]:
    """The story as it stands afterwards."""
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        story = await resolve_it(tidings, id_, resolution, channel, by=by, why=why)
        return story, tidings.clock.now(), await tidings.lane_control.pauses()
