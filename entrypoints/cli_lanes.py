"""How can a person stop a lane, or let it go on, on a command line?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from entrypoints.deciders import reason_for, who_decides
from entrypoints.options import By, Data, Json, Why

lanes_app = typer.Typer(
    help="See how the lanes stand, pause or resume them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


Which = Annotated[Channel, typer.Argument(metavar="email|sms", help="Whose lane.")]


@lanes_app.command("list")
def lanes_list(data: Data = None, as_json: Json = False) -> None:
    """Which lanes go on, which are paused, by whom and why."""
    from entrypoints.commands.lanes import list_lanes

    list_lanes(data=data, as_json=as_json)


@lanes_app.command("pause")
def lanes_pause(
    channel: Which,
    why: Why = None,
    by: By = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Hand nothing over on a channel until it is resumed. What comes is kept, and waits."""
    by, why = who_decides(by), reason_for(why)
    from entrypoints.commands.lanes import pause_lane

    pause_lane(str(channel), by=by, why=why, data=data, as_json=as_json)


@lanes_app.command("resume")
def lanes_resume(
    channel: Which,
    why: Annotated[
        str, typer.Option("--why", help="The reason, if there is one to keep.", show_default=False)
    ] = "",
    by: By = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Let a paused lane go on, with what has waited longest first."""
    by = who_decides(by)
    from entrypoints.commands.lanes import resume_lane

    resume_lane(str(channel), by=by, why=why.strip(), data=data, as_json=as_json)
