"""How is an ASGI application served inside a process that has other work too?"""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import dataclass, field
from email.utils import formatdate

from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.server import ServerState

from entrypoints.connection import HttpConnection, Patience
from entrypoints.errors import CannotBeDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    patience: Patience = field(default_factory=Patience)
    finish_within: float = 10.0  #: seconds: who is being answered when it stops
    connections: int = 1000


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """Port 0 is any that is free. Raises CannotBeDone, naming the setting of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no such address"
        raise CannotBeDone(
            f"{host}:{port} cannot be served: {why}; set {setting} to another, or to 0 for none"
        ) from error


async def serve(
    app: ASGIApp,
    listening: socket.socket,
    stopping: asyncio.Event,
    limits: Limits | None = None,
) -> None:
    """Until `stopping` is set and whoever is being answered has been."""
    # It would print what it stumbles over, from whoever reaches the port.
    logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())
    limits = limits or Limits()
    config, state, patience = _config(app), ServerState(), limits.patience
    most = limits.connections

    def connection() -> HttpConnection:
        return HttpConnection(config=config, state=state, patience=patience, most=most)

    dating = asyncio.create_task(_date(state))
    server = await asyncio.get_running_loop().create_server(connection, sock=listening)
    try:
        await stopping.wait()
    finally:
        server.close()
        await _finish(state, limits.finish_within)
        dating.cancel()


def _config(app: ASGIApp) -> Config:
    config = Config(
        app,
        http=HttpConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    config.load()
    return config


async def _date(state: ServerState) -> None:
    """Of every answer."""
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        await asyncio.sleep(1)


async def _finish(state: ServerState, within: float) -> None:
    """Let whoever is being answered have it, and hang up on whoever takes longer."""
    for connection in list(state.connections):
        connection.shutdown()
    await _are_lost(state, within)
    for connection in list(state.connections):
        connection.transport.abort()
    await _are_lost(state, within=None)
    for task in list(state.tasks):
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)


async def _are_lost(state: ServerState, within: float | None) -> None:
    left = [each.lost for each in state.connections if isinstance(each, HttpConnection)]
    if left:
        await asyncio.wait(left, timeout=within)
