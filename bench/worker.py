"""How fast does one worker of the production assembly tell what lies in its topic?

    python -m bench.worker COUNT

Run as a process of its own, on the settings of its environment; `tidings worker --channel
email` but that it stops, cleanly, once so many are sent. Prints one JSON object: seconds and
CPU seconds until then, how many it is durable of that they are sent, and the peak memory in MB.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from adapters.logs.telemetry import LogTelemetry
from bench.machine import peak_megabytes
from domain.notification import Notification
from domain.status import Status
from entrypoints.container import Purpose, open_tidings
from entrypoints.load_production_settings import load_production_settings
from entrypoints.running import run


class Counting(LogTelemetry):
    """Counts what is sent, and says when that is all: looking would cost what is measured."""

    def __init__(self, count: int, are_told: asyncio.Event) -> None:
        super().__init__()
        self.sent = 0
        self._count = count
        self._are_told = are_told

    def settled(self, channel: str, notifications: Sequence[Notification]) -> None:
        super().settled(channel, notifications)
        self.sent += sum(each.status is Status.SENT for each in notifications)
        if self.sent >= self._count:
            self._are_told.set()


async def _work(count: int) -> dict[str, float]:
    settings = load_production_settings()
    stopping = asyncio.Event()
    counting = Counting(count, stopping)
    async with open_tidings(settings, Purpose.WORK, channels=["email"], log=counting) as tidings:
        began_at, cpu_before = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tidings.lanes.run(stopping))
            await stopping.wait()
            seconds, cpu = time.perf_counter() - began_at, time.process_time() - cpu_before
            sent = counting.sent
    peak = peak_megabytes()
    return {"seconds": seconds, "cpu": cpu, "sent": sent, "megabytes": peak}


if __name__ == "__main__":
    print(json.dumps(run(_work(int(sys.argv[1])))))
