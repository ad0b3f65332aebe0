"""How does the HTTP API run in production, on as many machines as it needs?"""

from __future__ import annotations

import asyncio
import signal

from rich.console import Console

from entrypoints.api.running import address_of, listen_for_api, serve_api_alone
from entrypoints.errors import CannotBeDone
from entrypoints.load_production_settings import load_production_settings
from entrypoints.running import run
from entrypoints.settings import Settings
from entrypoints.waiting import said_once
from entrypoints.watching import Watching


def api() -> None:
    run(_api(load_production_settings()))


async def _api(settings: Settings) -> None:
    listening = listen_for_api(settings)
    if listening is None:
        raise CannotBeDone("API_PORT is 0: there is nothing to serve")
    stopping = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(stop, stopping.set)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"Tidings serves {address_of(listening)}. SIGTERM stops it cleanly.")
    watching = Watching(settings)
    say = said_once(console, watching)
    await serve_api_alone(settings, watching, listening, stopping, waits=say)
