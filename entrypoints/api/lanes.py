"""How does each lane stand, who switches it, and who did what?"""

from __future__ import annotations

from typing import Annotated, cast

from msgspec import Meta

from domain.api_key import Scope
from entrypoints import shaping
from entrypoints.answers import LaneStates, Switched
from entrypoints.api.notifications import Limit
from entrypoints.api.operations import Body, Call, Operation, Reply
from entrypoints.channels import CHANNELS
from entrypoints.errors import NotThere
from entrypoints.shapes import AuditLog, Shape, Text, Why, means


class PauseBody(Shape, frozen=True, kw_only=True):
    """Why a lane is stopped."""

    why: Annotated[Why, means("kept")]


class ResumeBody(Shape, frozen=True, kw_only=True):
    """Why a lane goes on."""

    why: Annotated[Text, Meta(max_length=1000), means("kept; may be empty")] = ""


class AuditPage(Shape, frozen=True, kw_only=True):
    """How much of the audit log."""

    limit: Limit = 50


async def show_lanes(call: Call) -> Reply:
    states = await call.tidings.list_lanes(call.tidings.lanes)
    return Reply(answer=shaping.lanes(states))


async def pause(call: Call) -> Reply:
    channel, why = _channel(call), cast(PauseBody, call.body).why.strip()
    standing = await call.tidings.pause_lane(channel, by=call.caller.name, why=why)
    answer = Switched(channel=channel, is_paused=True, has_changed=standing is None)
    return Reply(answer=answer)


async def resume(call: Call) -> Reply:
    channel, why = _channel(call), cast(ResumeBody, call.body).why.strip()
    ended = await call.tidings.resume_lane(channel, by=call.caller.name, why=why)
    answer = Switched(channel=channel, is_paused=False, has_changed=ended is not None)
    return Reply(answer=answer)


def _channel(call: Call) -> str:
    channel: str = call.path["channel"]
    if channel not in CHANNELS:
        raise NotThere(f"there is no such channel; there are {', '.join(CHANNELS)}")
    return channel


async def audit(call: Call) -> Reply:
    entries = await call.tidings.audit_log.latest(limit=cast(AuditPage, call.query).limit)
    return Reply(answer=shaping.audit_log(entries))


OPERATIONS = (
    Operation(
        id="listLanes",
        method="GET",
        path="/v1/lanes",
        summary="How each lane stands: paused by whom and why, what waits, its circuit.",
        scope=Scope.READ,
        handler=show_lanes,
        answers={200: LaneStates},
    ),
    Operation(
        id="pauseLane",
        method="POST",
        path="/v1/lanes/{channel}/pause",
        summary="Hand nothing over on this channel, on any worker; what comes is kept.",
        scope=Scope.OPERATE,
        handler=pause,
        body=Body(shape=PauseBody),
        answers={200: Switched},
        problems=("not-found",),
    ),
    Operation(
        id="resumeLane",
        method="POST",
        path="/v1/lanes/{channel}/resume",
        summary="Go on where the lane was paused.",
        scope=Scope.OPERATE,
        handler=resume,
        body=Body(shape=ResumeBody),
        answers={200: Switched},
        problems=("not-found",),
    ),
    Operation(
        id="listAuditLog",
        method="GET",
        path="/v1/audit",
        summary="Who looked, and who acted, newest first.",
        scope=Scope.OPERATE,
        handler=audit,
        query=AuditPage,
        answers={200: AuditLog},
    ),
)
