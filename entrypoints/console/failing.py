"""What does somebody see whose page fails through no fault of theirs?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from entrypoints.api.problems import KINDS
from entrypoints.console.reception import Visitor
from entrypoints.console.visit import House

Endpoint = Callable[[Request], Awaitable[Response]]


def in_the_frame(house: House, respond: Endpoint) -> Endpoint:
    """A bug is told in a page, in words that can be passed on; the log has the rest."""

    async def guarded(request: Request) -> Response:
        try:
            return await respond(request)
        except Exception as error:  # noqa: BLE001 - who looks is answered, whatever it was
            house.tidings.lanes.telemetry.trouble("console", "answering a request", error)
            visitor: Visitor | None = getattr(request.state, "visitor", None)
            return house.pages.render(
                request,
                visitor,
                "failed.html",
                status=KINDS["bug"].status,
                at=house.tidings.clock.now(),
                method=request.method,
                kind=type(error).__name__,
            )

    return guarded
