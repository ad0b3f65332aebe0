"""How is the API served: beside the lanes, or by a process of its own?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from application.lanes import Lanes
from domain.errors import TidingsError
from entrypoints.api.app import api
from entrypoints.api.asyncapi import USUAL, Topics
from entrypoints.api.problems import Refused, answer
from entrypoints.console.routes import console_routes
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.installed import installed
from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import missing
from entrypoints.serving import listen, serve
from entrypoints.settings import Settings, SmsProvider
from entrypoints.watching import Watching


def listen_for_api(settings: Settings) -> socket.socket | None:
    """None if there is to be none. Raises CannotBeDone."""
    if settings.api_port == 0:
        return None
    return listen(settings.api_host, settings.api_port, setting="API_PORT")


async def serve_api(
    settings: Settings,
    tidings: Tidings,
    listening: socket.socket,
    stopping: asyncio.Event,
) -> None:
    """Beside whatever else works with this `tidings`."""
    watching = Watching(settings)
    async with watching.begun(tidings):
        await serve(_app(settings, tidings, watching), listening, stopping)


def _app(settings: Settings, tidings: Tidings, watching: Watching) -> ASGIApp:
    topics = USUAL
    if isinstance(settings, ProductionSettings):
        topics = Topics(settings.kafka_topic, settings.kafka_dlq_topic)
    beside = [
        *watching.routes,
        *_callbacks(settings, tidings),
        *console_routes(tidings, settings),
    ]
    return api(tidings, needs_keys=settings.needs_keys, topics=topics, beside=beside)


def _callbacks(settings: Settings, tidings: Tidings) -> Sequence[BaseRoute]:
    """Where Twilio was told to send its later word to."""
    if settings.sms_provider is not SmsProvider.TWILIO or missing(settings, "sms"):
        return ()
    with installed():
        from entrypoints.api.callbacks import twilio_route
        from entrypoints.providers import twilio_callbacks
    callbacks = twilio_callbacks(settings)
    return () if callbacks is None else (twilio_route(callbacks, tidings),)


async def _not_yet(_: Request, __: Exception) -> Response:
    detail = "it starts; /health/ready says what it waits for"
    return answer(Refused("unavailable", detail, headers={"Retry-After": "2"}))


class Door:
    """Until everything is opened only health is served, which says what is waited for; whoever
    wants more is told to come again."""

    def __init__(self, watching: Watching) -> None:
        self.leads_to: ASGIApp = Starlette(
            routes=watching.routes, exception_handlers={404: _not_yet}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.leads_to(scope, receive, send)


async def serve_api_alone(
    settings: Settings,
    watching: Watching,
    listening: socket.socket,
    stopping: asyncio.Event,
    *,
    waits: Callable[[TidingsError], None],
    working: Awaitable[Lanes] | None = None,
) -> None:
    """Over connections of its own; a server that is away is waited for, and told to `waits`.

    `working` are lanes beside it, once they are there: what is watched is theirs.
    """

    async def lead() -> None:
        async with AsyncExitStack() as opened:
            opening = open_tidings(settings, Purpose.SERVE, waits=waits)
            tidings = await opened.enter_async_context(opening)
            if working is None:
                await opened.enter_async_context(watching.begun(tidings))
            else:
                tidings = replace(tidings, lanes=await asyncio.shield(working))
            door.leads_to = _app(settings, tidings, watching)
            await asyncio.Event().wait()

    door = Door(watching)
    leading = asyncio.create_task(lead())
    serving = asyncio.create_task(serve(door, listening, stopping))
    try:
        await asyncio.wait({leading, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.set()
        await serving
        leading.cancel()
        await asyncio.wait({leading})
    if not leading.cancelled():
        leading.result()


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
