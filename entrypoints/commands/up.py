"""How does the service run until it is stopped, or has nothing left to do?"""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE
from domain.errors import TidingsError
from domain.status import Status, Wait
from entrypoints import shaping
from entrypoints.answers import Summary
from entrypoints.api.running import address_of, listen_for_api, serve_api
from entrypoints.channels import CHANNELS
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.load_production_settings import load_production_settings
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.sending import warnings_of_sending
from entrypoints.settings import Environment, Settings
from entrypoints.settings_in_force import in_one_line, strays
from entrypoints.terminal.pauses import print_pauses
from entrypoints.terminal.tables import counts_table, print_notifications
from entrypoints.terminal.words import clock_time, plain

_LOOK_EVERY = 0.1  # seconds
#: Counting takes at most this share of the time.
_COUNTING_SHARE = 0.02


def up(data: Path | None, *, until_idle: bool, as_json: bool) -> None:
    settings = settings_for(data)
    in_production = settings.tidings_env is Environment.PRODUCTION
    if found := strays(type(settings)):
        warning = Text.assemble(("warning: ", "bold yellow"), plain(in_one_line(found)))
        Console(stderr=True, soft_wrap=True, highlight=False).print(warning)
    if in_production and not (until_idle or as_json):
        from entrypoints.commands.worker import work_on

        work_on(load_production_settings(), CHANNELS, serves=True)  # waits for what is away
    else:
        run(_up(settings, until_idle=until_idle, as_json=as_json))


async def _up(settings: Settings, *, until_idle: bool, as_json: bool) -> None:
    console = Console(stderr=True, quiet=as_json)
    stopping = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(stop, stopping.set)
    listening = None if until_idle else listen_for_api(settings)
    async with open_tidings(settings, Purpose.WORK) as tidings:
        console.print(Text.assemble(("Tidings", "bold"), _works_on(settings)))
        for warning in warnings_of_sending(settings, CHANNELS):
            console.print(Text(warning, style="yellow"))
        await _say_what_is_paused(tidings, console)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tidings.lanes.run(stopping))
            if listening is not None:
                console.print(f"The console and the API are at {address_of(listening)}.")
                tasks.create_task(serve_api(settings, tidings, listening, stopping))
            await watch(tidings, console, stopping, until_idle=until_idle)
        await _say_what_is_left(tidings, console)
        if as_json:
            tell(await _summary(tidings))


def _works_on(settings: Settings) -> str:
    is_embedded = settings.tidings_env is Environment.EMBEDDED
    where = f" on {settings.tidings_data}" if is_embedded else ""
    return f" works{where}. Ctrl-C stops it cleanly."


async def watch(
    tidings: Tidings, console: Console, stopping: asyncio.Event, *, until_idle: bool
) -> None:
    """Until the lanes are stopped, or have nothing left to do by themselves."""
    count_at = 0.0
    with console.status("starting") as spinner:
        while not stopping.is_set():
            # The lanes endure a store that is away; looking at them must not end them.
            with suppress(TidingsError):
                if time.monotonic() >= count_at and console.is_terminal:
                    begun = time.monotonic()
                    spinner.update(await _how_it_stands(tidings))
                    took = time.monotonic() - begun
                    count_at = time.monotonic() + max(_LOOK_EVERY, took / _COUNTING_SHARE)
                if until_idle and await tidings.lanes.is_at_rest():
                    stopping.set()
            await asyncio.sleep(_LOOK_EVERY)
        spinner.update("finishing what was begun")


async def _how_it_stands(tidings: Tidings) -> str:
    sent = waiting = failed = 0
    for each, count in (await tidings.history.tally()).items():
        sent += count * (each.status in (Status.SENT, Status.DELIVERED))
        failed += count * (each.status is Status.FAILED)
        waiting += count * (not each.status.is_final)
    unread = await tidings.lanes.lag()
    due_at = await tidings.lanes.next_due_at() if waiting else None
    words = f"[green]{sent} sent[/], [yellow]{waiting} waiting[/], [red]{failed} failed[/]"
    if unread:
        words += f", {unread} to read"
    if paused := [each.channel.name for each in tidings.lanes.each if each.is_paused]:
        words += f"; paused: {', '.join(paused)}"
    return words + (f"; next at {clock_time(due_at)} UTC" if due_at else "")


async def _summary(tidings: Tidings) -> Summary:
    unreadable = await tidings.dead_letters.tally(DeadLetterQuery(reason=UNREADABLE))
    return shaping.summary(
        await tidings.history.tally(),
        unreadable=unreadable.get(UNREADABLE, 0),
        unread=await tidings.lanes.lag(),
        paused=(await tidings.lane_control.pauses()).values(),
    )


async def _say_what_is_paused(tidings: Tidings, console: Console) -> None:
    pauses = await tidings.lane_control.pauses()
    print_pauses(console, pauses.values(), now=tidings.clock.now())


async def _say_what_is_left(tidings: Tidings, console: Console) -> None:
    tally = await tidings.history.tally()
    unreadable = (await tidings.dead_letters.tally(DeadLetterQuery())).get(UNREADABLE, 0)
    if tally or unreadable:
        console.print(counts_table(tally, unreadable))
    if unread := await tidings.lanes.lag():
        console.print(f"{unread} events are still to be read; the next `tidings up` goes on.")
    await _say_what_is_paused(tidings, console)
    waiting = sum(count for each, count in tally.items() if each.waiting_for is Wait.PERSON)
    if waiting:
        console.print(f"{waiting} waiting for a person (`tidings resolve`):")
        uncertain = await tidings.history.latest(Query(status=Status.UNCERTAIN), limit=20)
        print_notifications(console, uncertain)
