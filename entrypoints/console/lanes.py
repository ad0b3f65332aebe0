"""How does each lane stand, and who switches it?"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from starlette.responses import Response

from entrypoints.api.problems import wrong
from entrypoints.console.saying import Said
from entrypoints.console.visit import Visit
from entrypoints.shapes import Shape


class Switching(Shape, frozen=True, kw_only=True):
    channel: Literal["email", "sms"]
    why: Annotated[str, Meta(max_length=1000)] = ""


async def show(visit: Visit) -> Response:
    lanes = await visit.tidings.list_lanes(visit.tidings.lanes)
    return visit.show("lanes.html", lanes=lanes)


async def pause(visit: Visit) -> Response:
    order = visit.filled_in(Switching)
    if not order.why.strip():
        raise wrong("why", "say why; the reason is kept")
    tidings = visit.tidings
    standing = await tidings.pause_lane(order.channel, by=visit.by, why=order.why.strip())
    return visit.go_to("/lanes", Said("paused" if standing is None else "paused-already"))


async def resume(visit: Visit) -> Response:
    order = visit.filled_in(Switching)
    ended = await visit.tidings.resume_lane(order.channel, by=visit.by, why=order.why.strip())
    return visit.go_to("/lanes", Said("resumed-already" if ended is None else "resumed"))
