"""Is everything there that the embedded assembly needs?

Each answer is a value, so that whoever asks may draw it: a terminal, JSON, a health page.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from adapters.sqlite.data_folder import DataFolder
from adapters.sqlite.database import FILE_NAME, OLDEST_SQLITE
from adapters.sqlite.inspection import Inspection, inspect
from adapters.system.disk import NO_ROOM
from application.errors import StoreUnavailable, StreamUnavailable
from application.ports.dead_letters import DeadLetterQuery
from application.statistics import Backlog
from domain.pause import Pause
from domain.status import Wait
from entrypoints.channels import CHANNELS
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.installed import NotInstalled, installed
from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import missing, outbox_folder
from entrypoints.settings import Settings
from entrypoints.terminal.pauses import a_pause, resuming
from entrypoints.terminal.words import duration

_OLDEST_PYTHON = (3, 11)
_A_GOOD_WHILE = timedelta(minutes=1)  # who works has begun long before
_LITTLE_ROOM = 100_000_000  # bytes
_INSPECTION = timedelta(seconds=2)
_LIBRARIES = {"smtp": "aiosmtplib", "twilio": "twilio"}
_ANOTHER_FOLDER = "set TIDINGS_DATA to a folder that you may create or write to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`fix` says what to do if it is not well; if it is, what is worth doing all the same."""

    name: str
    is_well: bool
    words: str
    fix: str | None = None


async def check_everything(settings: Settings) -> list[Check]:
    """Nothing is made or changed by it."""
    if isinstance(settings, ProductionSettings):
        with installed():
            from entrypoints.production_checks import check_servers
        python = version("Python", sys.version_info[:3], oldest=_OLDEST_PYTHON)
        return [python, *(await check_servers(settings)), *(await _traces(settings))]
    folder = DataFolder(settings.tidings_data)
    return [
        version("Python", sys.version_info[:3], oldest=_OLDEST_PYTHON),
        version("SQLite", sqlite3.sqlite_version_info, oldest=OLDEST_SQLITE),
        Check(name="clock", is_well=True, words=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        _disk(folder.path),
        *(await _data(settings, folder)),
        *outgoing(settings),
        *(await _traces(settings)),
    ]


def version(name: str, found: tuple[int, ...], *, oldest: tuple[int, ...]) -> Check:
    is_well = found >= oldest
    fix = None if is_well else f"use {'.'.join(map(str, oldest))} or newer"
    return Check(name=name, is_well=is_well, words=".".join(map(str, found)), fix=fix)


def _disk(path: Path) -> Check:
    try:
        whole = path.absolute()
        there = next(each for each in (whole, *whole.parents) if _is_folder(each))
        return room(shutil.disk_usage(there).free)
    except OSError as error:
        words = f"what is free cannot be told: {error.strerror}"
        return Check(name="disk", is_well=False, words=words, fix=_ANOTHER_FOLDER)


def room(free: int) -> Check:
    """A full disk stops the work, but loses nothing."""
    fix = "make room; a full disk stops the work" if free < _LITTLE_ROOM else None
    words = f"{free // 1_000_000:,} MB free"
    return Check(name="disk", is_well=free >= NO_ROOM, words=words, fix=fix)


async def _data(settings: Settings, folder: DataFolder) -> list[Check]:
    """The folder, its file, and what waits in it; nothing further than the first that fails."""
    found: list[Check] = []
    try:
        if not _is_there(folder.path):
            return [_to_be_made(folder.path)]
        found.append(_data_folder(folder))
        is_worked_in = folder.is_worked_in()
        found.append(worker(is_worked_in=is_worked_in))
        path = folder.path / FILE_NAME
        if not _is_there(path):
            return [*found, _to_be_made(path)]
        inspection = await asyncio.to_thread(inspect, path, within=_INSPECTION)
        found.append(data_file(inspection))
        if inspection.is_readable:
            async with open_tidings(settings, Purpose.ASK) as tidings:
                found += await _lanes(tidings, is_worked_in=is_worked_in)
                found.append(await decisions_of(tidings))
    except (StoreUnavailable, StreamUnavailable) as error:
        words = f"{error.folder}{error.problem}"
        return [*found, Check(name="data", is_well=False, words=words, fix=error.fix)]
    except OSError as error:  # as where the folder that we are in was removed
        words = f"{folder.path}: {error.strerror}"
        return [*found, Check(name="data", is_well=False, words=words, fix=_ANOTHER_FOLDER)]
    return found


def _is_there(path: Path) -> bool:
    """Also a link that leads nowhere, and what nobody may look at."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass
    return True


def _is_folder(path: Path) -> bool:
    """Not what its name is too long for, or what lies where nobody may look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _to_be_made(path: Path) -> Check:
    above = next(each for each in path.absolute().parents if _is_there(each))
    if _is_folder(above) and os.access(above, os.W_OK | os.X_OK):
        words = f"{path}: not there yet; `tidings up` makes it"
        return Check(name="data", is_well=True, words=words)
    words = f"{path}: cannot be made in {above}"
    return Check(name="data", is_well=False, words=words, fix=_ANOTHER_FOLDER)


def _data_folder(folder: DataFolder) -> Check:
    folder.prepare(may_be_new=True)
    fix = None if folder.is_private() else "others may look into it; `chmod 700` keeps them out"
    return Check(name="data folder", is_well=True, words=str(folder.path.resolve()), fix=fix)


def worker(*, is_worked_in: bool) -> Check:
    words = "a `tidings up` works in it now" if is_worked_in else "no `tidings up` works in it now"
    return Check(name="worker", is_well=True, words=words)


def data_file(inspection: Inspection) -> Check:
    name, words = FILE_NAME, f"version {inspection.version}"
    if inspection.damage is not None:
        fix = "stop `tidings up`, keep a copy, and restore the folder from a backup"
        return Check(
            name=name, is_well=False, words=f"{words}, damaged: {inspection.damage}", fix=fix
        )
    if inspection.is_newer:
        words = f"{words} is newer than this Tidings"
        fix = "use the newer Tidings that wrote it, or another data folder"
        return Check(name=name, is_well=False, words=words, fix=fix)
    words += ", no damage found" + ("" if inspection.is_complete else ", but not all was read")
    later = "the next `tidings up` brings it up to date" if inspection.is_older else None
    return Check(name=name, is_well=True, words=words, fix=later)


async def _lanes(tidings: Tidings, *, is_worked_in: bool) -> list[Check]:
    found = []
    pauses = await tidings.lane_control.pauses()
    backlogs = await tidings.history.backlog(now=tidings.clock.now())
    for each in tidings.lanes.each:
        pause = pauses.get(each.channel.name)
        instants = (await each.unread_since(), None if pause else await each.next_due_at())
        first = min((at for at in instants if at is not None), default=None)
        due_in = None if first is None else first - tidings.clock.now()
        unread = await each.lag()
        held = held_by_provider(backlogs.get(each.channel.name))
        checked = lane(each.channel.name, unread, due_in, is_worked_in=is_worked_in, held=held)
        found.append(checked if pause is None else paused(checked, pause, tidings.clock.now()))
    return found


def held_by_provider(backlog: Backlog | None) -> int:
    return 0 if backlog is None else backlog.waiting.get(Wait.CIRCUIT, 0)


def paused(lane: Check, pause: Pause, now: datetime) -> Check:
    fixes = [lane.fix, f"{resuming(pause)}, when it may go on"]
    return replace(
        lane,
        words=f"{a_pause(pause, now)}; {lane.words}",
        fix=", and ".join(fix for fix in fixes if fix),
    )


def lane(
    channel: str,
    unread: int,
    due_in: timedelta | None,
    *,
    is_worked_in: bool,
    held: int = 0,
    command: str = "tidings up",
) -> Check:
    """`due_in`: how long until there is something to do, below zero if it is late already;
    `held` are those that wait for their provider, which was down."""
    words = f"{unread} event{'s' * (unread != 1)} to read"
    is_late = due_in is not None and due_in < -_A_GOOD_WHILE
    if due_in is not None and is_late:
        words += f", overdue for {duration(-due_in)}"
    elif due_in is not None and not unread:
        words += f", next due in {duration(due_in)}" if due_in > timedelta() else ", something due"
    fix = None
    if held:
        words += f", {held:,} held, as the provider is down"
        fix = "`tidings list --waiting circuit`, and `tidings show` of one, tell what it said"
    if not is_worked_in and due_in is not None:
        fix = f"run `{command}`"
    elif is_late:
        fix = f"look at what its `{command}` says, and start it anew"
    return Check(name=f"{channel} lane", is_well=True, words=words, fix=fix)


async def decisions_of(tidings: Tidings) -> Check:
    tally = await tidings.history.tally()
    uncertain = sum(count for each, count in tally.items() if each.waiting_for is Wait.PERSON)
    return decisions(uncertain, sum((await tidings.dead_letters.tally(DeadLetterQuery())).values()))


def decisions(uncertain: int, dead_letters: int) -> Check:
    """What nobody but a person moves on."""
    commands = []
    if uncertain:
        commands.append("`tidings list --status UNCERTAIN`")
    if dead_letters:
        commands.append("`tidings dlq list`")
    words = f"{uncertain} uncertain, {dead_letters} dead letter{'s' * (dead_letters != 1)}"
    return Check(name="for a person", is_well=True, words=words, fix=" and ".join(commands) or None)


def outgoing(settings: Settings) -> Iterator[Check]:
    """Where what is sent goes to."""
    for channel in CHANNELS:
        provider = str(getattr(settings, f"{channel}_provider"))
        if provider == "outbox":
            yield _outbox(f"{channel} outbox", outbox_folder(settings, channel))
        elif provider == "null":
            words = f"{channel.upper()}_PROVIDER=null: what is sent is dropped"
            yield Check(
                name=f"{channel} outbox", is_well=True, words=words, fix="`outbox` keeps it"
            )
        else:
            yield _provider(f"{channel} provider", provider, missing(settings, channel))


async def _traces(settings: Settings) -> list[Check]:
    """Nothing where none are wanted."""
    collector = settings.otel_exporter_otlp_endpoint
    if not collector:
        return []
    try:
        with installed("otel"):
            from entrypoints.otel import takes_spans
    except NotInstalled as error:
        return [
            Check(
                name="traces",
                is_well=False,
                words=f"{error.library} is not installed",
                fix=error.fix,
            )
        ]
    if await asyncio.to_thread(takes_spans, settings):
        return [Check(name="traces", is_well=True, words=f"{collector} takes spans")]
    fix = "see that it runs, and takes OTLP over HTTP; the work goes on without it"
    return [Check(name="traces", is_well=False, words=f"{collector}: takes no spans", fix=fix)]


def _provider(name: str, provider: str, lacks: str) -> Check:
    if not lacks:
        try:
            with installed():
                import_module(_LIBRARIES[provider])
        except NotInstalled as error:
            words = f"{provider}, but {error.library} is not installed"
            return Check(name=name, is_well=False, words=words, fix=error.fix)
        return Check(name=name, is_well=True, words=provider)
    are = "are" if "," in lacks else "is"
    words = f"{provider}, but {lacks} {are} not set: this lane does not start"
    return Check(name=name, is_well=False, words=words, fix="set it, or choose another provider")


def _outbox(name: str, path: Path) -> Check:
    if not _is_there(path):
        return Check(name=name, is_well=True, words="made when something is sent")
    is_well = _is_folder(path) and os.access(path, os.W_OK | os.X_OK)
    words = str(path) if is_well else f"{path}: cannot be written to"
    return Check(
        name=name,
        is_well=is_well,
        words=words,
        fix=None if is_well else "make it a writable folder",
    )
