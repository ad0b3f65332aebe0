"""How are events published by hand?"""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from domain.errors import UnreadableEvent
from entrypoints import exit_codes
from entrypoints.answers import Published, PublishedFile, UnreadableLine
from entrypoints.container import Purpose, open_tidings
from entrypoints.machine import tell
from entrypoints.new_event import BadEvent, NewEvent
from entrypoints.producer import Producer
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import plain

_BATCH = 1000
_BAD_LINES_SHOWN = 20
_LONGEST_LINE = 1024 * 1024
#: By the argument that an event was written from.
_OPTIONS = {
    "email": "--email",
    "phone": "--phone",
    "email or phone": "--email or --phone",
    "message": "--message",
    "subject": "--subject",
    "event_id": "--id",
}


def publish_one(
    *,
    message_type: str,
    text: str,
    email: str | None,
    phone: str | None,
    subject: str | None,
    event_id: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    event = NewEvent(
        message_type=message_type,
        message=text,
        email=email,
        phone=phone,
        subject=subject,
        event_id=event_id,
    )
    settings = settings_for(data)
    try:
        run(_publish(event, data))
    except BadEvent as error:
        raise typer.BadParameter(f"{_OPTIONS[error.argument]}: {error.problem}") from error
    if as_json:
        tell(Published(event_id=event.id))
    else:
        _print(event.id, data, settings.tidings_env.works_by)


def _print(event_id: str, data: Path | None, works_by: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text.assemble("Published event ", (plain(event_id), "bold cyan"), "."))
    there = f" --data {shlex.quote(str(data))}" if data and works_by == "tidings up" else ""
    show = f"tidings show {shlex.quote(event_id)}{there}"
    console.print(Text(f"`{works_by}{there}` tells it; `{show}` says how."))


async def _publish(event: NewEvent, data: Path | None) -> None:
    async with Producer(data) as producer:
        await producer.publish([event])


def publish_file(name: str, *, as_they_are: bool, data: Path | None, as_json: bool) -> None:
    settings = settings_for(data)
    # Reading blocks the loop: the first Ctrl-C has to end it.
    signal.signal(signal.SIGINT, _interrupt)
    if name == "-":
        if sys.stdin.isatty():
            Console(stderr=True).print("Reading events from the terminal; Ctrl-D ends.")
        published, bad = run(
            _publish_lines(settings, sys.stdin.buffer, size=None, as_they_are=as_they_are)
        )
    else:
        path = Path(name)
        try:
            with path.open("rb") as file:
                published, bad = run(
                    _publish_lines(
                        settings, file, size=path.stat().st_size, as_they_are=as_they_are
                    )
                )
        except OSError as error:
            raise typer.BadParameter(f"{name}: {error.strerror}", param_hint="--file") from error
    if as_json:
        tell(_answer(published, bad, as_they_are=as_they_are))
    else:
        _report(published, bad, as_they_are=as_they_are)
    if bad and not as_they_are:
        raise typer.Exit(exit_codes.NOT_ALL)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


async def _publish_lines(
    settings: Settings, file: BinaryIO, *, size: int | None, as_they_are: bool
) -> tuple[int, list[tuple[int, UnreadableEvent]]]:
    published = 0
    bad: list[tuple[int, UnreadableEvent]] = []
    progress = Progress(
        TextColumn("publishing"),
        BarColumn(),
        TextColumn("{task.fields[published]} events"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    async with open_tidings(settings, Purpose.PUBLISH) as tidings:
        with progress:
            task = progress.add_task("", total=size, published=0)
            for batch in _batches(file):
                problems = await tidings.publish_events(
                    [line for _, line in batch], as_they_are=as_they_are
                )
                bad += [
                    (number, problem)
                    for (number, _), problem in zip(batch, problems, strict=True)
                    if problem is not None
                ]
                published += len(batch) if as_they_are else problems.count(None)
                progress.update(
                    task, advance=sum(len(line) + 1 for _, line in batch), published=published
                )
    return published, bad


def _batches(file: BinaryIO) -> Iterator[list[tuple[int, bytes]]]:
    """Lines with their numbers, from 1; empty ones are passed over."""
    batch: list[tuple[int, bytes]] = []
    for number, line in enumerate(_lines(file), start=1):
        if content := line.strip():
            batch.append((number, content))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Of a line that is too long for any event only the beginning, so that memory is bounded."""
    while line := file.readline(_LONGEST_LINE):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE)
        yield line


def _report(published: int, bad: list[tuple[int, UnreadableEvent]], *, as_they_are: bool) -> None:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for number, problem in bad[:_BAD_LINES_SHOWN]:
        console.print(f"line {number}: {problem}", style="red", markup=False)
    if len(bad) > _BAD_LINES_SHOWN:
        console.print(f"... and {len(bad) - _BAD_LINES_SHOWN} more", style="red")
    events = f"{published} event{'s' * (published != 1)}"
    if not bad:
        Console().print(f"Published {events}.")
    elif as_they_are:
        Console().print(f"Published {events}, {len(bad)} of them unreadable.")
    else:
        Console().print(f"Published {events}; {len(bad)} left out, as nobody could read them.")


def _answer(
    published: int, bad: list[tuple[int, UnreadableEvent]], *, as_they_are: bool
) -> PublishedFile:
    return PublishedFile(
        published=published,
        left_out=0 if as_they_are else len(bad),
        unreadable=[
            UnreadableLine(line=number, field=problem.field, problem=problem.problem)
            for number, problem in bad
        ],
    )
