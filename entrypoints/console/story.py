"""What happened to an event, and what can somebody do about it?"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta
from starlette.responses import Response

from application.resolve_uncertain import Resolution
from entrypoints.api.problems import wrong
from entrypoints.console.pages import link
from entrypoints.console.saying import Said
from entrypoints.console.searching import nothing_found
from entrypoints.console.telling import told
from entrypoints.console.visit import Visit
from entrypoints.deciding import resolve
from entrypoints.following import chapters_meant
from entrypoints.shapes import Shape

Why = Annotated[str, Meta(min_length=1, max_length=1000)]


class Wanted(Shape, frozen=True, kw_only=True):
    id: str = ""


class Resolving(Shape, frozen=True, kw_only=True):
    id: UUID  #: the notification's
    back: str
    resolution: Literal["sent", "resend", "fail"]
    why: str = ""


async def show(visit: Visit) -> Response:
    wanted = visit.query(Wanted)
    chapters = await chapters_meant(visit.tidings.history, wanted.id)
    if not chapters:
        return await nothing_found(visit, wanted.id)
    if visit.reveals:
        await visit.note_look(f"notification {chapters[0].notification.id}", renews_itself=True)
    event = chapters[0].notification.event
    settings, now = visit.house.settings, visit.now
    pauses = await visit.tidings.lane_control.pauses()
    circuits = visit.tidings.lanes.circuits
    return visit.show(
        "story.html",
        event=event,
        chapters=[
            told(
                each,
                chapters,
                settings,
                pause=pauses.get(each.notification.channel),
                circuit=circuits.get(each.notification.channel),
                now=now,
            )
            for each in chapters
        ],
        is_moving=not all(each.notification.status.is_final for each in chapters),
    )


async def resolve_it(visit: Visit) -> Response:
    order = visit.filled_in(Resolving)
    if not order.why.strip():
        raise wrong("why", "say why; the reason is kept")
    await resolve(
        visit.tidings,
        str(order.id),
        Resolution(order.resolution),
        None,
        by=visit.by,
        why=order.why.strip(),
    )
    return visit.go_to(link("/event", id=order.back), Said("resolved"))
