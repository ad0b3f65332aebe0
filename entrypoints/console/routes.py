"""What can be looked at and decided in a browser, and by whom?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from application.seldom import Seldom
from domain.api_key import Scope
from domain.errors import TidingsError
from entrypoints.api.bodies import Bodies
from entrypoints.api.problems import Refused, refusal_of
from entrypoints.console import (
    audit,
    dead_letters,
    front,
    in_force,
    lanes,
    notifications,
    searching,
    signing,
    story,
)
from entrypoints.console.failing import Endpoint, in_the_frame
from entrypoints.console.overseen import Overseen
from entrypoints.console.pages import HEADERS, Pages, go_to, link
from entrypoints.console.reception import FORM, Reception, Visitor
from entrypoints.console.visit import House, Looks, Visit, read_form, refuse_other_forms
from entrypoints.container import Tidings
from entrypoints.settings import Settings

Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    method: str
    path: str
    scope: Scope
    handler: Handler


def _page(path: str, handler: Handler, scope: Scope = Scope.READ) -> Page:
    return Page(method="GET", path=path, scope=scope, handler=handler)


def _form(path: str, handler: Handler, scope: Scope = Scope.OPERATE) -> Page:
    return Page(method="POST", path=path, scope=scope, handler=handler)


PAGES: tuple[Page, ...] = (
    _page("/", front.show),
    _form("/search", searching.search, Scope.READ),
    _page("/event", story.show),
    _form("/resolve", story.resolve_it),
    _page("/notifications", notifications.show),
    _page("/dead-letters", dead_letters.show),
    _page("/dead-letter", dead_letters.show_one),
    _page("/dead-letters/replay", dead_letters.look_at_replay, Scope.OPERATE),
    _form("/dead-letters/replay", dead_letters.replay_them),
    _page("/dead-letters/discard", dead_letters.look_at_discard, Scope.OPERATE),
    _form("/dead-letters/discard", dead_letters.discard_them),
    _page("/lanes", lanes.show),
    _form("/lanes/pause", lanes.pause),
    _form("/lanes/resume", lanes.resume),
    _page("/settings", in_force.show),
    _page("/audit", audit.show, Scope.OPERATE),
    _form("/sign-out", signing.sign_out, Scope.READ),
)


def console_routes(tidings: Tidings, settings: Settings) -> list[BaseRoute]:
    house = House(
        tidings=tidings,
        settings=settings,
        reception=Reception(tidings, settings),
        pages=Pages(),
        bodies=Bodies(),
        looks=Looks(tidings.audit_log, tidings.clock),
        overseen=Overseen(tidings),
        known_types=Seldom(
            partial(notifications.known_types, tidings.history), clock=tidings.clock
        ),
    )
    by_path: dict[str, dict[str, Page]] = {}
    for page in PAGES:
        by_path.setdefault(page.path, {})[page.method] = page
    return [
        *(Route(path, in_the_frame(house, _endpoint(house, pages)), methods=list(pages))
          for path, pages in by_path.items()),
        Route("/sign-in", in_the_frame(house, signing.endpoint(house)), methods=["GET", "POST"]),
        Route("/static/{name}", _static(house.pages)),
    ]  # fmt: skip


def _endpoint(house: House, pages: dict[str, Page]) -> Endpoint:
    async def respond(request: Request) -> Response:
        page = pages["GET" if request.method == "HEAD" else request.method]
        visitor: Visitor | None = None
        try:
            visitor = request.state.visitor = await house.reception.visitor(request)
            if visitor is None:
                return _to_the_door(house, request)
            if not visitor.may(page.scope):
                detail = f"`{visitor.caller.name}` has no scope `{page.scope}`"
                raise Refused("forbidden", detail)
            return await page.handler(await _visit(house, request, visitor))
        except TidingsError as error:
            return house.pages.refuse(request, visitor, refusal_of(error))

    return respond


async def _visit(house: House, request: Request, visitor: Visitor) -> Visit:
    form = {}
    if request.method == "POST":
        form = dict(await read_form(request, house.bodies))
        refuse_other_forms(form, request.cookies.get(FORM, ""), visitor.caller.name)
    return Visit(house=house, request=request, visitor=visitor, form=form)


def _to_the_door(house: House, request: Request) -> Response:
    """Who comes by a link from elsewhere may have signed in: their browser says so only when
    asked from here."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        return house.pages.render(request, None, "again.html")
    back = None
    if request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    door = link("/sign-in", back=None if back == "/" else back)
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": door})
    return go_to(request, door)


def _static(pages: Pages) -> Endpoint:
    async def respond(request: Request) -> Response:
        found = pages.static.get(request.path_params["name"])
        if found is None:
            return pages.refuse(request, None, Refused("not-found", "no such file"))
        headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(found[0], headers=headers, media_type=found[1])

    return respond
