"""How do the lanes run in production, each on as many machines as it needs?"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from rich.console import Console
from rich.text import Text

from adapters.logs.standard_error import LibrariesWarnings
from application.lanes import Lanes
from domain.errors import TidingsError
from entrypoints.api.running import address_of, listen_for_api, serve_api_alone
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.load_production_settings import load_production_settings
from entrypoints.production_settings import ProductionSettings
from entrypoints.running import run
from entrypoints.sending import missing, warnings_of_sending
from entrypoints.settings import Settings
from entrypoints.terminal.words import plain
from entrypoints.waiting import said_once
from entrypoints.watching import watched

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def work(channels: Sequence[str]) -> None:
    work_on(load_production_settings(), channels)


def work_on(settings: ProductionSettings, channels: Sequence[str], *, serves: bool = False) -> None:
    """`serves`: also the HTTP API and the console."""
    logging.getLogger().addHandler(LibrariesWarnings())
    run(_work(settings, channels, serves=serves))


async def _work(settings: ProductionSettings, channels: Sequence[str], *, serves: bool) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for warning in warnings_of_sending(settings, channels):
        console.print(Text(plain(warning), style="yellow"))
    running = [channel for channel in channels if not missing(settings, channel)]
    if not running:
        raise CannotBeDone("no lane can start; `tidings check` says what each of them lacks")
    stopping = asyncio.Event()
    for stop in _STOPS:
        asyncio.get_running_loop().add_signal_handler(stop, stopping.set)
    listening = listen_for_api(settings) if serves else None
    async with watched(settings, host=settings.health_host, port=settings.health_port) as watching:
        waits = said_once(console, watching)
        working: asyncio.Future[Lanes] = asyncio.get_running_loop().create_future()
        async with asyncio.TaskGroup() as tasks:
            if listening is not None:  # at once, so that health is told while it is opened
                console.print(f"The console and the API are at {address_of(listening)}.")
                serving = serve_api_alone(
                    settings, watching, listening, stopping, waits=waits, working=working
                )
                tasks.create_task(serving)
            async with _opened(settings, running, waits, stopping) as tidings:
                if tidings is None:
                    return
                working.set_result(tidings.lanes)
                console.print(f"Tidings works: {', '.join(running)}. SIGTERM stops it cleanly.")
                async with watching.begun(tidings):
                    await tidings.lanes.run(stopping)


@asynccontextmanager
async def _opened(
    settings: Settings,
    channels: Sequence[str],
    waits: Callable[[TidingsError], None],
    stopping: asyncio.Event,
) -> AsyncIterator[Tidings | None]:
    """None if it is stopped before all is there that it needs."""
    opening = open_tidings(settings, Purpose.WORK, channels=channels, waits=waits)
    entering = asyncio.ensure_future(opening.__aenter__())
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({entering, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not entering.done():
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
        yield None
        return
    tidings = entering.result()
    try:
        yield tidings
    finally:
        await opening.__aexit__(None, None, None)
