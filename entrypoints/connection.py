"""What is borne from whoever is at the other end of a connection, and for how long?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrypoints.api.problems import Refused, answer

LARGEST_HEADERS = 64 * 1024  #: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """In seconds."""

    headers: float = 10.0  #: from the connection's or the request's first byte to their end
    rest: float = 10.0  #: of a request that has been answered before it was whole


async def _too_many(scope: AsgiScope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": "1", "Connection": "close"}
    refused = Refused("unavailable", "too many connections", headers=headers)
    await answer(refused)(scope, receive, send)


class HttpConnection(HttpToolsProtocol):
    """Hangs up on what is too slow, too large or not HTTP, which its base does not bound."""

    def __init__(self, *, patience: Patience, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bears = patience
        self._most = most
        self._hang_up: asyncio.TimerHandle | None = None
        self._is_between = True  # requests, or within the headers of one
        self._header_bytes = 0
        self._has_moved_on = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most:
            self.app = _too_many
        self._wait_at_most(self._bears.headers)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_as_long_as_it_takes()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_between and self._hang_up is None:
            self._wait_at_most(self._bears.headers)
        self._has_moved_on = False
        super().data_received(data)
        if self._is_between and not self._has_moved_on:
            self._header_bytes += len(data)
            if self._header_bytes > LARGEST_HEADERS:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(name + value)

    def on_headers_complete(self) -> None:
        self._wait_as_long_as_it_takes()
        self._is_between, self._has_moved_on = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._wait_as_long_as_it_takes()
        self._is_between, self._has_moved_on, self._header_bytes = True, True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_between and not self.transport.is_closing():
            self._wait_at_most(self._bears.rest)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says more
        """Unless an earlier request still waits for its answer: this would be taken for it."""
        self._wait_as_long_as_it_takes()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and self._is_between:
            cycle.keep_alive = False
            self.transport.pause_reading()
            return
        if cycle is None or not cycle.response_started or cycle.response_complete:
            self.transport.write(_written(self._refusal()))
        self.transport.close()

    def _refusal(self) -> Refused:
        if self._header_bytes > LARGEST_HEADERS:
            return Refused("headers-too-large", f"at most {LARGEST_HEADERS} bytes are read")
        return Refused("bad-request", "this is not HTTP/1.1")

    def _count(self, piece: bytes) -> None:
        """What is raised here comes back to `data_received`, which then refuses it."""
        self._header_bytes += len(piece)
        if self._header_bytes > LARGEST_HEADERS:
            raise ValueError("headers are too large")

    def _wait_at_most(self, seconds: float) -> None:
        self._wait_as_long_as_it_takes()
        self._hang_up = self.loop.call_later(seconds, self.transport.close)

    def _wait_as_long_as_it_takes(self) -> None:
        if self._hang_up is not None:
            self._hang_up.cancel()
            self._hang_up = None


def _written(refused: Refused) -> bytes:
    """A whole answer, after which nothing more comes."""
    found = answer(refused)
    status = f"HTTP/1.1 {found.status_code} {found.status_code}\r\n".encode()
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in found.raw_headers)
    return status + headers + b"connection: close\r\n\r\n" + bytes(found.body)
