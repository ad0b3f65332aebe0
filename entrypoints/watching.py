"""What does a process tell those who watch it, from its first moment on?

Answered at once from what is known: no request asks a server, and none can hold up the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.prometheus.exposition import CONTENT_TYPE, Exposition
from application.health import Finding, Health, State
from application.watch import Watch
from domain.errors import TidingsError
from entrypoints import answers
from entrypoints.container import Tidings
from entrypoints.serving import listen, serve
from entrypoints.settings import Settings

_HEADERS = {"Cache-Control": "no-store"}
_STARTING = "it starts"


class Watching:
    """Before it is `opened` a process lives, but is not ready, and says what it waits for."""

    def __init__(self, settings: Settings) -> None:
        self._exposition = Exposition(version=version("tidings"), assembly=settings.tidings_env)
        self._watch: Watch | None = None
        self._waits_for = _STARTING

    def waits(self, error: TidingsError) -> None:
        self._waits_for = str(error)

    @asynccontextmanager
    async def begun(self, tidings: Tidings) -> AsyncIterator[None]:
        """From now on what is opened is looked at, in the background."""
        self._watch = self._exposition.watch = tidings.watch
        self._exposition.telemetry = tidings.metrics
        finished = asyncio.Event()
        looking = asyncio.create_task(tidings.watch.run(finished))
        try:
            yield
        finally:
            finished.set()
            await looking

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _live(self, _: Request) -> Response:
        return _answer(Health(findings=[]) if self._watch is None else self._watch.live())

    async def _ready(self, _: Request) -> Response:
        return _answer(self._opening() if self._watch is None else self._watch.ready())

    def page(self) -> bytes:
        """What Prometheus reads."""
        return self._exposition.page()

    async def _metrics(self, _: Request) -> Response:
        return Response(self.page(), headers={"Content-Type": CONTENT_TYPE, **_HEADERS})

    def _opening(self) -> Health:
        finding = Finding(
            name="start", state=State.FAILING, words=self._waits_for, patience=timedelta()
        )
        return Health(findings=[finding])


@asynccontextmanager
async def watched(settings: Settings, *, host: str, port: int) -> AsyncIterator[Watching]:
    """On a port of its own, from before anything is opened; on none if it is 0.

    Raises CannotBeDone.
    """
    watching = Watching(settings)
    if port == 0:
        yield watching
        return
    listening = listen(host, port, setting="HEALTH_PORT")
    finished = asyncio.Event()
    serving = asyncio.create_task(serve(Starlette(routes=watching.routes), listening, finished))
    try:
        yield watching
    finally:
        finished.set()
        await serving


def _answer(health: Health) -> Response:
    return Response(
        msgspec.json.encode(health_answer(health)),
        status_code=503 if health.state is State.FAILING else 200,
        media_type="application/json",
        headers=_HEADERS,
    )


def health_answer(health: Health) -> answers.Health:
    return answers.Health(
        state=health.state,
        checks=[
            answers.HealthCheck(
                name=each.name,
                state=each.state,
                words=each.words,
                fix=each.fix,
                age_seconds=None if each.age is None else each.age.total_seconds(),
                timeout_seconds=each.patience.total_seconds(),
                last_error=each.last_error,
                last_error_at=each.last_error_at,
            )
            for each in health.findings
        ],
    )
