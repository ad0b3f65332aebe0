"""How is an ASGI application served inside a process that has other work too?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrypoints.errors import CannotBeDone

_HEADERS_WITHIN = 10.0  # seconds
_LARGEST_HEADERS = 64 * 1024  # bytes
_IDLE_FOR = 30.0  # seconds: a connection that asks nothing more
_FINISH_WITHIN = 10  # seconds: who is being answered when it stops
_MOST_CONNECTIONS = 1000


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """Port 0 is any that is free. Raises CannotBeDone, naming the setting of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or "no such address"
        raise CannotBeDone(
            f"{host}:{port} cannot be served: {why}; set {setting} to another, or to 0 for none"
        ) from error


async def serve(app: ASGIApp, listening: socket.socket, stopping: asyncio.Event) -> None:
    """Until `stopping` is set and whoever is being answered has been."""
    config = Config(
        app,
        http=_Impatient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=int(_IDLE_FOR),
        timeout_graceful_shutdown=_FINISH_WITHIN,
    )
    server = _Guest(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        server.should_exit = True
        await serving


class _Guest(Server):
    """Whose process it is hears the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Impatient(HttpToolsProtocol):
    """Hangs up on headers that are too slow or too many, which nobody else bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._reads_headers = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._patience = self.loop.call_later(_HEADERS_WITHIN, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose_no_patience()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._reads_headers and self._patience is None:
            self._patience = self.loop.call_later(_HEADERS_WITHIN, self.transport.close)
        super().data_received(data)
        if self._reads_headers:
            self._header_bytes += len(data)
            if self._header_bytes > _LARGEST_HEADERS:
                self.transport.close()

    def on_headers_complete(self) -> None:
        self._lose_no_patience()
        self._reads_headers, self._header_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._reads_headers = True
        super().on_message_complete()

    def _lose_no_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
