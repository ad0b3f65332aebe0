"""What does the whole job look like, without a server?"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

import structlog
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from adapters.logs.telemetry import LogTelemetry
from application.errors import StoreUnavailable
from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE
from domain.status import Status, Wait
from entrypoints.commands.up import watch
from entrypoints.container import Purpose, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.running import run
from entrypoints.settings import EmailProvider, Settings, SmsProvider
from entrypoints.terminal.story import print_story
from entrypoints.terminal.tables import counts_table, print_notifications, unreadable_table

_MARK = "made-by-tidings-demo"
_STORY = "payment-deferred-twice"
_TIMESTAMP = re.compile(rb'"timestamp": *\d+')
#: Short, so that every kind of wait can be watched.
_SHORT_WAITS = {"rate_limit_window": 3.0, "rate_limit_email": 3, "retry_delay_ms": 500}


def demo(folder: Path) -> None:
    _make_anew(folder)
    settings = load_settings(
        tidings_env="embedded",
        tidings_data=folder / "data",
        email_provider=EmailProvider.OUTBOX,
        sms_provider=SmsProvider.OUTBOX,
        **_SHORT_WAITS,
    )
    run(_demo(settings))


async def _demo(settings: Settings) -> None:
    console = Console(highlight=False)
    lines = _sample().splitlines()
    console.print(Rule("[bold]Tidings, the whole job on sample events[/]"))
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)  # the tables say it all
    log = LogTelemetry(structlog.wrap_logger(structlog.ReturnLogger(), wrapper_class=quiet))
    async with open_tidings(settings, Purpose.WORK, log=log) as tidings:
        await tidings.publish_events(lines, as_they_are=True)
        console.print(
            f"Published {len(lines)} records of examples/events.jsonl. Telling people ..."
        )
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tidings.lanes.run(stopping))
            await watch(tidings, Console(stderr=True), stopping, until_idle=True)
        latest = await tidings.history.latest(Query(), limit=100)
        unreadable = await tidings.dead_letters.latest(
            DeadLetterQuery(reason=UNREADABLE), limit=100
        )
        console.print(Rule("What happened"))
        console.print(counts_table(await tidings.history.tally(), len(unreadable)))
        not_sent = [each for each in latest if each.last_move.status is not Status.SENT]
        print_notifications(console, not_sent)
        console.print(unreadable_table(unreadable))
        console.print(Rule("The story of one event"))
        print_story(
            console,
            await tidings.history.story(_STORY),
            now=tidings.clock.now(),
            reveal=False,
            attempts=settings.allowed_attempts,
            paused={},
        )
    console.print(Rule("Where to look next"))
    outbox = settings.tidings_data / "outbox"
    for channel, suffix in (("email", ".eml"), ("sms", ".txt")):
        count = sum(1 for _ in (outbox / channel).glob(f"*{suffix}"))
        console.print(f"{count} {suffix} files, as they would be sent, in {outbox / channel}")
    waiting = [each for each in latest if each.last_move.waiting_for is Wait.PERSON]
    uncertain = waiting[0].event_id if waiting else _STORY
    for command in ("show alert-burst-5", f"show {uncertain}", "list --status FAILED"):
        line = f"  {_program()} {command} --data {shlex.quote(str(settings.tidings_data))}"
        console.print(Text(line, style="bold cyan"), soft_wrap=True)


def _make_anew(folder: Path) -> None:
    """Only what an earlier demo made is removed."""
    fix = "name an empty or a new folder with --data"
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / _MARK).exists():
                raise StoreUnavailable(f"{folder}: holds files that no demo made", fix=fix)
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
    except OSError as error:
        raise StoreUnavailable(f"{folder}: {error.strerror}", fix=fix) from error


def _sample() -> bytes:
    """The sample events, as if they had occurred just now."""
    here = Path(__file__).parent.parent
    installed, checked_out = here / "examples", here.parent / "examples"
    folder = installed if installed.exists() else checked_out
    now = b'"timestamp":%d' % int(time.time() * 1000)
    return _TIMESTAMP.sub(now, (folder / "events.jsonl").read_bytes())


def _program() -> str:
    """How this very program can be called again from this folder."""
    program = Path(sys.argv[0])
    if shutil.which("tidings") == str(program):
        return "tidings"
    return shlex.quote(os.path.relpath(program))
