"""How does a page come to a browser, so that nothing shown in it can do anything?"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from entrypoints.api.problems import KINDS, Refused
from entrypoints.console import wording
from entrypoints.console.reception import FORM, Visitor, form_token
from entrypoints.console.saying import SAID, Said, said_in
from entrypoints.terminal.words import plain

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript"}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    # Names of events stand in URLs. Not `no-referrer`: with it a browser hides whose form it is.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _shown(value: object) -> object:
    """What is not printable, or turns the direction of writing, is shown as an escape."""
    return value if isinstance(value, Markup) else plain(str(value))


def _read_static() -> dict[str, tuple[bytes, str]]:
    found = sorted((_HERE / "static").iterdir())
    return {each.name: (each.read_bytes(), _TYPES[each.suffix]) for each in found
            if each.suffix in _TYPES}  # fmt: skip


class Pages:
    def __init__(self) -> None:
        self.static = _read_static()
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(wording.FILTERS)
        self._environment.globals.update(link=link, static=self._address)

    def render(
        self,
        request: Request,
        visitor: Visitor | None,
        template: str,
        *,
        status: int = 200,
        form_secret: str | None = None,
        **values: object,
    ) -> Response:
        """`form_secret` is for who has not signed in yet."""
        secret = visitor.form_secret if visitor is not None else form_secret or ""
        name = visitor.caller.name if visitor is not None else ""
        text = self._environment.get_template(template).render(
            values,
            visitor=visitor,
            token=form_token(secret, name),
            said=said_in(request),
            here=request.url.path,
            this=_whole_path(request),
        )
        response = Response(text, status, HEADERS, media_type="text/html")
        if secret and request.cookies.get(FORM) != secret:
            keep(request, response, FORM, secret)
        if SAID in request.cookies:
            response.delete_cookie(SAID)
        return response

    def refuse(self, request: Request, visitor: Visitor | None, refused: Refused) -> Response:
        kind = KINDS[refused.kind]
        response = self.render(
            request,
            visitor,
            "refused.html",
            status=kind.status,
            title=kind.title,
            detail=refused.detail,
        )
        response.headers.update(refused.headers or {})
        return response

    def _address(self, name: str) -> str:
        """Another one with every content, so that it may be kept for ever."""
        return f"/static/{name}?{sha256(self.static[name][0]).hexdigest()[:12]}"


def link(path: str, **values: object) -> str:
    """Whatever the values hold, in the query, where nothing in them means anything."""
    given = {name.rstrip("_"): str(value) for name, value in values.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def go_to(request: Request, path: str, said: Said | None = None) -> Response:
    response = RedirectResponse(path, 303, HEADERS)
    if said is not None:
        keep(request, response, SAID, str(said))
    return response


def keep(
    request: Request, response: Response, name: str, value: str, *, for_: int | None = None
) -> None:
    """In a cookie that no script reads and no other site makes a browser send."""
    is_private = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    response.set_cookie(
        name, value, max_age=for_, path="/", secure=is_private, httponly=True, samesite="strict"
    )


def _whole_path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
