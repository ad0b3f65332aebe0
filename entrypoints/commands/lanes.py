"""How does a person see how the lanes stand, and switch them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from application.list_lanes import LaneState
from domain.pause import Pause
from domain.status import Wait
from entrypoints import shaping
from entrypoints.answers import Switched
from entrypoints.container import Purpose, open_tidings
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.pauses import a_pause, resuming
from entrypoints.terminal.words import duration, instant, plain


def list_lanes(*, data: Path | None, as_json: bool) -> None:
    states, now = run(_list(settings_for(data)))
    if as_json:
        tell(shaping.lanes(states))
        return
    console = Console(highlight=False, soft_wrap=True)
    width = max(len(each.channel) for each in states)
    for each in states:
        console.print(_line(each, width, now))


async def _list(settings: Settings) -> tuple[Sequence[LaneState], datetime]:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        return await tidings.list_lanes(tidings.lanes), tidings.clock.now()


def _line(state: LaneState, width: int, now: datetime) -> Text:
    line = Text.assemble((f"{state.channel:<{width}}", "bold"), "  ")
    if state.pause is None:
        line.append("goes on", style="green")
    else:
        line.append(a_pause(state.pause, now), style="yellow")
    waits = "waits" if state.waiting == 1 else "wait"
    line.append(f"; {state.waiting:,} {waits}")
    if held := state.waiting_for.get(Wait.CIRCUIT, 0):
        line.append(f", {held:,} for its provider, which was down", style="yellow")
    return line.append("" if state.pause is None else f"; {resuming(state.pause)} ends it")


def pause_lane(channel: str, *, by: str, why: str, data: Path | None, as_json: bool) -> None:
    standing, now = run(_pause(settings_for(data), channel, by=by, why=why))
    if as_json:
        tell(Switched(channel=channel, is_paused=True, has_changed=standing is None))
    elif standing is None:
        _say(
            f"The {channel} lane is paused. What has begun is finished; from about a second on "
            f"nothing more is handed over. `tidings lanes resume {channel}` ends it."
        )
    else:
        _say(f"The {channel} lane is {a_pause(standing, now)}. That stands.")


async def _pause(
    settings: Settings, channel: str, *, by: str, why: str
) -> tuple[Pause | None, datetime]:
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        standing = await tidings.pause_lane(channel, by=by, why=why)
        return standing, tidings.clock.now()


def resume_lane(channel: str, *, by: str, why: str, data: Path | None, as_json: bool) -> None:
    ended, now = run(_resume(settings_for(data), channel, by=by, why=why))
    if as_json:
        tell(Switched(channel=channel, is_paused=False, has_changed=ended is not None))
    elif ended is None:
        _say(f"The {channel} lane goes on already.")
    else:
        _say(
            f"The {channel} lane goes on. It was paused by {plain(ended.paused_by)} "
            f"since {instant(ended.paused_at)} UTC ({duration(now - ended.paused_at)})."
        )


async def _resume(
    settings: Settings, channel: str, *, by: str, why: str
) -> tuple[Pause | None, datetime]:
    async with open_tidings(settings, Purpose.DECIDE) as tidings:
        ended = await tidings.resume_lane(channel, by=by, why=why)
        return ended, tidings.clock.now()


def _say(words: str) -> None:
    Console(highlight=False, soft_wrap=True).print(words, markup=False)
