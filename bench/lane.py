"""How fast does one process tell what lies in its stream? Run as a process of its own.

    python -m bench.lane FOLDER [unwatched]

Prints one JSON object: seconds, CPU seconds, notifications sent, and the peak memory in MB.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

from bench.machine import peak_megabytes
from domain.status import Status
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.running import run
from entrypoints.settings import Settings
from entrypoints.watching import Watching

_LOOK_EVERY = timedelta(milliseconds=20)
_SCRAPE_EVERY = timedelta(seconds=1)


async def _lane(folder: Path, *, is_watched: bool = True) -> dict[str, float]:
    settings = load_settings(
        tidings_env="embedded", tidings_data=folder, email_provider="null", sms_provider="null"
    )
    async with (
        open_tidings(settings, Purpose.WORK, adds_up=is_watched) as tidings,
        _scraped(settings, tidings) if is_watched else nullcontext(),
    ):
        before = await _sent(tidings)
        stopping = asyncio.Event()
        began_at, cpu_before = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tidings.lanes.run(stopping))
            while not await tidings.lanes.is_at_rest():
                await tidings.clock.sleep(_LOOK_EVERY)
            seconds, cpu = time.perf_counter() - began_at, time.process_time() - cpu_before
            stopping.set()
        sent = await _sent(tidings) - before
    return {"seconds": seconds, "cpu": cpu, "sent": sent, "megabytes": peak_megabytes()}


@asynccontextmanager
async def _scraped(settings: Settings, tidings: Tidings) -> AsyncIterator[None]:
    """As where Prometheus is impatient."""
    watching = Watching(settings)

    async def scrape() -> None:
        while True:
            watching.page()
            await tidings.clock.sleep(_SCRAPE_EVERY)

    async with watching.begun(tidings):
        scraping = asyncio.create_task(scrape())
        try:
            yield
        finally:
            scraping.cancel()


async def _sent(tidings: Tidings) -> int:
    tally = await tidings.history.tally()
    return sum(count for each, count in tally.items() if each.status is Status.SENT)


if __name__ == "__main__":
    watched = sys.argv[2:] != ["unwatched"]
    print(json.dumps(run(_lane(Path(sys.argv[1]), is_watched=watched))))
