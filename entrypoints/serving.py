"""How is an ASGI application served inside a process that has other work too?"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config, Server

from entrypoints.connection import HttpConnection, Patience
from entrypoints.errors import CannotBeDone


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    patience: Patience = Patience()
    idle_for: int = 30  #: seconds: a connection that asks nothing more
    finish_within: int = 10  #: seconds: who is being answered when it stops
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
    limits: Limits = Limits(),
) -> None:
    """Until `stopping` is set and whoever is being answered has been."""
    # It would print what it stumbles over, from whoever reaches the port.
    logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())
    server = _Guest(_config(app, limits))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        server.should_exit = True
        await serving
        await server.hang_up()


def _config(app: ASGIApp, limits: Limits) -> Config:
    def protocol(**kwargs: Any) -> asyncio.Protocol:
        return HttpConnection(patience=limits.patience, most=limits.connections, **kwargs)

    return Config(
        app,
        http=protocol,  # type: ignore[arg-type] # called as the class would be
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=limits.idle_for,
        timeout_graceful_shutdown=limits.finish_within,
    )


class _Guest(Server):
    """Whose process it is hears the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def hang_up(self) -> None:
        """On whoever was not done in time."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpConnection):
                connection.transport.abort()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
