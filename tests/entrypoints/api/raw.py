"""How does a test say over a real socket what no client would?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPResponse
from io import BytesIO
from typing import Any

from starlette.types import ASGIApp

from entrypoints.connection import Patience
from entrypoints.serving import Limits, listen, serve
from tests.entrypoints.api.client import Answer

#: Hangs up as soon as it has answered.
AT_ONCE = Limits(patience=Patience(idle=0))
#: Waits for nobody.
IMPATIENT = Limits(patience=Patience(headers=0.05, rest=0.05, idle=0.05), finish_within=0)


@dataclass(slots=True)
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def hear(self) -> list[Answer]:
        """All that comes until it is hung up."""
        heard = b""
        with suppress(ConnectionResetError):
            while piece := await self.reader.read(65_536):
                heard += piece
        return answers_in(heard)


@dataclass(slots=True)
class Server:
    port: int
    stopping: asyncio.Event
    serving: asyncio.Task[None]

    callers: list[Caller] = field(default_factory=list)

    async def call(self) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        self.callers.append(caller)
        return caller

    async def ask(self, *pieces: bytes) -> list[Answer]:
        """Say this, and hear it out."""
        caller = await self.call()
        with suppress(ConnectionError):
            await caller.say(*pieces)
        return await caller.hear()

    async def stop(self) -> None:
        self.stopping.set()
        await self.serving


@asynccontextmanager
async def served(app: ASGIApp, limits: Limits = AT_ONCE) -> AsyncIterator[Server]:
    listening = listen("127.0.0.1", 0, setting="API_PORT")
    stopping = asyncio.Event()
    serving = asyncio.create_task(serve(app, listening, stopping, limits))
    server = Server(listening.getsockname()[1], stopping, serving)
    try:
        yield server
    finally:
        await server.stop()
        for caller in server.callers:
            caller.writer.close()
            with suppress(ConnectionError):
                await caller.writer.wait_closed()


def answers_in(heard: bytes) -> list[Answer]:
    answers = []
    stream = _Socket(heard)
    while stream.is_left:
        response = HTTPResponse(stream)  # type: ignore[arg-type] # all that it asks of a socket
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answers.append(Answer(status=response.status, headers=headers, body=response.read()))
    return answers


class _Socket:
    def __init__(self, heard: bytes) -> None:
        self._bytes = BytesIO(heard)
        self._length = len(heard)

    @property
    def is_left(self) -> bool:
        return self._bytes.tell() < self._length

    def makefile(self, *_: Any) -> _Unclosed:
        return _Unclosed(self._bytes)


class _Unclosed:
    """What one answer leaves is the next one's."""

    def __init__(self, stream: BytesIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        return
