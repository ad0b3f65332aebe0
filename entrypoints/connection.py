"""What is borne from whoever is at the other end of a connection, and for how long?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httptools
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from entrypoints.api.problems import Refused, answer

LARGEST_HEADERS = 64 * 1024  #: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """In seconds."""

    headers: float = 10.0  #: from the connection's or the request's first byte to their end
    rest: float = 10.0  #: of a request that has been answered before it was whole
    reading: float = 30.0  #: until what was written at once has gone out
    idle: float = 30.0  #: a connection that asks nothing more


async def _too_many(scope: AsgiScope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": "1", "Connection": "close"}
    refused = Refused("unavailable", "too many connections", headers=headers)
    await answer(refused)(scope, receive, send)


class HttpConnection(HttpToolsProtocol):
    """Hangs up on what is too slow, too large or not HTTP, which its base does not bound.

    `lost` is done once it is over.
    """

    def __init__(
        self, *, config: Config, state: ServerState, patience: Patience, most: int
    ) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self.timeout_keep_alive = patience.idle  # type: ignore[assignment] # handed to the loop
        self.lost = self.loop.create_future()
        self._patience = patience
        self._most = most
        self._hang_up: asyncio.TimerHandle | None = None
        self._cut_off: asyncio.TimerHandle | None = None
        self._is_between = True  # requests, or within the headers of one
        self._has_begun = False  # those headers
        self._has_moved_on = False
        self._is_deaf = False
        self._header_bytes = self._hosts = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # whatever has not gone out is heard of
        if len(self.connections) > self._most:
            self.app = _too_many
        self._wait_at_most(self._patience.headers)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_as_long_as_it_takes()
        self._heard_out()
        super().connection_lost(exc)
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_between and self._hang_up is None:
            self._wait_at_most(self._patience.headers)
        self._unset_keepalive_if_required()
        self._has_moved_on = False
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse()
            return
        if self._has_begun and self._hang_up is None:
            self._wait_at_most(self._patience.headers)
        if self._is_between and not self._has_moved_on:
            self._header_bytes += len(data)
            if self._header_bytes > LARGEST_HEADERS:
                self._refuse()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])

    def _stay(self, rest: bytes) -> None:
        """With HTTP/1.1, which who offers to upgrade must be ready for: the parser does not read
        on, so that another one begins at the body."""
        length = dict(self.headers).get(b"content-length", b"0")
        is_chunked = b"transfer-encoding" in dict(self.headers)
        framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: " + length
        self.parser = httptools.HttpRequestParser(self)
        self._is_deaf = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n\r\n")
        if rest:
            self._feed(rest)

    def on_message_begin(self) -> None:
        if self._is_deaf:
            return
        super().on_message_begin()
        self._has_begun = True
        self._header_bytes = self._hosts = 0

    def on_url(self, url: bytes) -> None:
        if self._is_deaf:
            return
        super().on_url(url)
        self._count(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_deaf:
            return
        super().on_header(name, value)
        if name.lower() == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise ValueError("what is packed is not unpacked")
        self._hosts += name.lower() == b"host"
        self._count(name + value)

    def on_headers_complete(self) -> None:
        if self._is_deaf:
            self._is_deaf = False
            return
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() == "1.1"):
            raise ValueError("which host is meant?")
        self._wait_as_long_as_it_takes()
        super().on_headers_complete()
        self._is_between, self._has_begun, self._has_moved_on = False, False, True

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # it goes on, see _stay
        self._wait_as_long_as_it_takes()
        self._is_between, self._has_moved_on, self._header_bytes = True, True, 0
        super().on_message_complete()
        if self.cycle.response_complete:
            self._wait_at_most(self._patience.idle)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_between and not self.transport.is_closing():
            self._wait_at_most(self._patience.rest)

    def pause_writing(self) -> None:
        """Closing would wait for whoever does not read."""
        super().pause_writing()
        self._cut_off = self.loop.call_later(self._patience.reading, self.transport.abort)

    def resume_writing(self) -> None:
        self._heard_out()
        super().resume_writing()

    def _heard_out(self) -> None:
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None

    def _refuse(self) -> None:
        """Unless an earlier request still waits for its answer: this would be taken for it."""
        self._wait_as_long_as_it_takes()
        cycle = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        if is_answering and self._is_between:
            cycle.keep_alive = False
            self.transport.pause_reading()
            return
        if not (is_answering and cycle.response_started):
            self.transport.write(_written(self._refusal()))
        self.transport.close()

    def _refusal(self) -> Refused:
        if self._header_bytes > LARGEST_HEADERS:
            return Refused("headers-too-large", f"at most {LARGEST_HEADERS} bytes are read")
        return Refused("bad-request", "this is not HTTP/1.1 as it should be")

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
