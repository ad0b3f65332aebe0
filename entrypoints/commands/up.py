"""How does the service run until it is stopped, or has nothing left to do?"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

from rich.console import Console
from rich.status import Status as Spinner

from application.ports.dead_letters import DeadLetterQuery
from domain.dead_letter import UNREADABLE
from domain.status import Status, Wait
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.running import log_to_standard_error, run, settings_for
from entrypoints.settings import Provider, Settings
from entrypoints.terminal.tables import counts_table, print_notifications

_LOOK_EVERY = 0.1  # seconds
#: Counting takes at most this share of the time.
_COUNTING_SHARE = 0.02


def up(data: Path | None, *, until_idle: bool) -> None:
    settings = settings_for(data)
    log_to_standard_error()
    run(_up(settings, until_idle=until_idle))


async def _up(settings: Settings, *, until_idle: bool) -> None:
    console = Console(stderr=True)
    async with open_tidings(settings, Purpose.WORK) as tidings:
        console.print(
            f"[bold]Tidings[/] works on {settings.tidings_data}. Ctrl-C stops it cleanly."
        )
        for name, provider in (
            ("EMAIL_PROVIDER", settings.email_provider),
            ("SMS_PROVIDER", settings.sms_provider),
        ):
            if provider is Provider.NULL:
                console.print(f"[yellow]{name}=null: what is sent is dropped.[/]")
        stopping = asyncio.Event()
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, stopping.set)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tidings.service.run(stopping))
            await watch(tidings, console, stopping, until_idle=until_idle)
        await _say_what_is_left(tidings, console)


async def watch(
    tidings: Tidings, console: Console, stopping: asyncio.Event, *, until_idle: bool
) -> None:
    """Until the service is stopped, or has nothing left to do by itself."""
    count_at = 0.0
    with console.status("starting") as spinner:
        while not stopping.is_set():
            if time.monotonic() >= count_at and console.is_terminal:
                begun = time.monotonic()
                await _show_counts(tidings, spinner)
                count_at = time.monotonic() + max(
                    _LOOK_EVERY, (time.monotonic() - begun) / _COUNTING_SHARE
                )
            if until_idle and await tidings.service.is_at_rest():
                stopping.set()
            await asyncio.sleep(_LOOK_EVERY)
        spinner.update("finishing what was begun")


async def _show_counts(tidings: Tidings, spinner: Spinner) -> None:
    sent = waiting = failed = 0
    for each, count in (await tidings.history.tally()).items():
        sent += count * (each.status in (Status.SENT, Status.DELIVERED))
        failed += count * (each.status is Status.FAILED)
        waiting += count * (not each.status.is_final)
    spinner.update(f"[green]{sent} sent[/], [yellow]{waiting} waiting[/], [red]{failed} failed[/]")


async def _say_what_is_left(tidings: Tidings, console: Console) -> None:
    tally = await tidings.history.tally()
    unreadable = (await tidings.dead_letters.tally(DeadLetterQuery())).get(UNREADABLE, 0)
    if tally or unreadable:
        console.print(counts_table(tally, unreadable))
    waiting = sum(count for each, count in tally.items() if each.waiting_for is Wait.PERSON)
    if waiting:
        console.print(f"{waiting} wait for a person to say what became of them:")
        uncertain = await tidings.history.latest(limit=20, status=Status.UNCERTAIN)
        print_notifications(console, uncertain)
