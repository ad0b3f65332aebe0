"""What does whoever is told by a webhook answer? A real server, on the loop of the test."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from aiohttp import web


class Receiver:
    """Answers as the path says: /200/ada with 200, /drop/ada not at all."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, Any]] = []  #: who, the key, what
        self.stalls = False
        self.port = 0
        self._stopped = asyncio.Event()

    def url(self, answer: int | str, who: str) -> str:
        return f"http://127.0.0.1:{self.port}/{answer}/{who}"

    async def start(self) -> Receiver:
        application = web.Application()
        application.router.add_post("/{answer}/{who}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        self._stopped.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        who, answer = request.match_info["who"], request.match_info["answer"]
        self.received.append((who, request.headers["Idempotency-Key"], await request.json()))
        if self.stalls:
            await self._stopped.wait()
        if answer == "drop":
            assert request.transport is not None
            request.transport.abort()
        return web.Response(
            status=int(answer) if answer.isdecimal() else 200, headers={"Retry-After": "30"}
        )


def nobody() -> str:
    """A URL where nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listening.getsockname()[1]}/200/nobody"
