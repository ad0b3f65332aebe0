"""How does somebody come in, and go?"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import TidingsError
from entrypoints.api.access import is_from_another_site
from entrypoints.api.problems import KINDS, Refused, refusal_of
from entrypoints.console.pages import go_to, keep
from entrypoints.console.reception import FORM, SESSION, SESSION_FOR
from entrypoints.console.saying import Said
from entrypoints.console.visit import House, Visit, read_form, refuse_other_forms

_LONGEST_KEY = 200


def endpoint(house: House) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if request.method != "POST":
            return _ask(house, request, back=request.query_params.get("back", ""))
        back = ""
        try:
            form = await read_form(request, house.bodies)
            back = form.get("back", "")
            return await _sign_in(house, request, form)
        except TidingsError as error:
            return _ask(house, request, back=back, refused=refusal_of(error))

    return respond


def _ask(house: House, request: Request, *, back: str, refused: Refused | None = None) -> Response:
    return house.pages.render(
        request,
        None,
        "sign_in.html",
        status=200 if refused is None else KINDS[refused.kind].status,
        form_secret=request.cookies.get(FORM) or secrets.token_urlsafe(24),
        back=_way_back(back),
        problem=refused and refused.detail,
        needs_keys=house.settings.needs_keys,
    )


async def _sign_in(house: House, request: Request, form: Mapping[str, str]) -> Response:
    if is_from_another_site(request):
        raise Refused("forbidden", "a page of another site asked for this")
    refuse_other_forms(form, request.cookies.get(FORM, ""), "")
    session = await house.reception.sign_in(form.get("key", "").strip()[:_LONGEST_KEY])
    response = go_to(request, _way_back(form.get("back", "")))
    keep(request, response, SESSION, session, for_=int(SESSION_FOR.total_seconds()))
    return response


async def sign_out(visit: Visit) -> Response:
    await visit.house.reception.sign_out(visit.request, visit.visitor)
    response = visit.go_to("/sign-in", Said("signed-out"))
    response.delete_cookie(SESSION)
    return response


def _way_back(path: str) -> str:
    """Only to a page of ours: what begins with two slashes, of either kind, is another host."""
    is_ours = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if is_ours else "/"
