"""How does a request come to its operation, and its answer back?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope as AsgiScope

from domain.errors import TidingsError
from entrypoints.api import asyncapi, dead_letters, events, lanes, notifications, openapi
from entrypoints.api.access import (
    ANYBODY_HERE,
    Caller,
    Doorkeeper,
    is_for_this_machine,
    is_from_another_site,
)
from entrypoints.api.asyncapi import USUAL, Topics
from entrypoints.api.bodies import READ_WITHIN, Bodies, converted, decoded, is_json, query_of
from entrypoints.api.operations import Body, Call, Operation
from entrypoints.api.problems import HEADERS, KINDS, Refused, answer, refusal_of
from entrypoints.container import Tidings

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *notifications.OPERATIONS,
    *dead_letters.OPERATIONS,
    *lanes.OPERATIONS,
)

_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}


def api(
    tidings: Tidings,
    *,
    needs_keys: bool,
    topics: Topics = USUAL,
    beside: Sequence[BaseRoute] = (),
    read_within: float = READ_WITHIN,
) -> Starlette:
    """`beside` are the routes of others: health, metrics, the console. Bodies have so many
    seconds to arrive."""
    doorkeeper = Doorkeeper(tidings.api_keys, tidings.clock) if needs_keys else None
    bodies = Bodies(within=read_within)
    routes = [
        _Literal(_pattern(path), _endpoint(tidings, doorkeeper, bodies, each), methods=list(each))
        for path, each in _by_path(OPERATIONS).items()
    ]
    app = Starlette(
        routes=[
            *routes,
            Route("/v1/openapi.json", _describe),
            Route("/v1/asyncapi.json", _telling(asyncapi.document(topics))),
            *beside,
        ],
        exception_handlers={HTTPException: _unrouted, Exception: _bug(tidings)},
    )
    app.router.redirect_slashes = False
    return app


@cache
def _description() -> bytes:
    return msgspec.json.encode(openapi.document(OPERATIONS))


async def _describe(_: Request) -> Response:
    return Response(_description(), headers=HEADERS, media_type="application/json")


class _Literal(Route):
    """Matches what stands in the request line, so that an event's id may hold a slash."""

    def matches(self, scope: AsgiScope) -> tuple[Match, AsgiScope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        literal = {**scope, "path": scope["raw_path"].decode("latin-1")}
        match, found = super().matches(literal)
        if match is not Match.NONE:
            found["path_params"] = {k: _plain(v) for k, v in found["path_params"].items()}
        return match, found


def _plain(part: Any) -> Any:
    """Raises HTTPException: what is not UTF-8, or no store can hold, names nothing."""
    if not isinstance(part, str):
        return part
    try:
        plain = unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise HTTPException(404) from error
    if "\0" in plain:
        raise HTTPException(404)
    return plain


def _pattern(path: str) -> str:
    """As the router wants it: an `id` of ours is a UUID, and another word names nothing."""
    return path.replace("{id}", "{id:uuid}")


def _telling(document: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
    encoded = msgspec.json.encode(document)

    async def tell(_: Request) -> Response:
        return Response(encoded, headers=HEADERS, media_type="application/json")

    return tell


def _by_path(operations: Iterable[Operation]) -> dict[str, dict[str, Operation]]:
    paths: dict[str, dict[str, Operation]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method] = each
    return paths


def _endpoint(
    tidings: Tidings,
    doorkeeper: Doorkeeper | None,
    bodies: Bodies,
    operations: dict[str, Operation],
) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        operation = operations[method]
        try:
            caller = await _caller(request, doorkeeper)
            if operation.scope not in caller.scopes:
                detail = f"the key `{caller.name}` has no scope `{operation.scope}`"
                raise Refused("forbidden", detail)
            query = converted(query_of(request), operation.query)
            async with _body(request, operation.body, bodies) as body:
                call = Call(
                    tidings=tidings,
                    caller=caller,
                    path=request.path_params,
                    query=query,
                    body=body,
                    headers=request.headers,
                )
                reply = await operation.handler(call)
        except TidingsError as error:
            return answer(refusal_of(error))
        return Response(
            msgspec.json.encode(reply.answer),
            reply.status,
            headers=HEADERS,
            media_type="application/json",
        )

    return respond


async def _caller(request: Request, doorkeeper: Doorkeeper | None) -> Caller:
    if doorkeeper is None:
        _refuse_other_sites(request)
        return ANYBODY_HERE
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    caller = await doorkeeper.admit(token.strip()) if kind.lower() == "bearer" else None
    if caller is None or caller.has_session:
        raise Refused(
            "unauthenticated",
            "give a key as `Authorization: Bearer KEY`; `tidings keys create` makes one",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return caller


def _refuse_other_sites(request: Request) -> None:
    """Without keys: no page of another site may speak for whoever sits here, also not under a
    name of its own that leads to this machine."""
    if not is_for_this_machine(request) or is_from_another_site(request):
        raise Refused("forbidden", "only this machine is served while no keys are needed")


@asynccontextmanager
async def _body(request: Request, body: Body | None, bodies: Bodies) -> AsyncIterator[object]:
    if body is None:
        yield None
        return
    if not is_json(request, also=body.media_types):
        raise Refused("unsupported-media-type", f"one of {', '.join(sorted(body.media_types))}")
    async with bodies.of(request, most=body.most) as read:
        yield read if body.shape is None else decoded(read, body.shape)


async def _unrouted(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, "bad-request")
    return answer(Refused(kind, KINDS[kind].title, headers=error.headers))


def _bug(tidings: Tidings) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def respond(_: Request, error: Exception) -> Response:
        tidings.lanes.telemetry.trouble("api", "answering a request", error)
        return answer(Refused("bug", type(error).__name__))

    return respond
