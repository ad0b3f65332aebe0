"""How are dead letters replayed and discarded, once somebody has seen what that would do?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.text import Text

from application.replay_dead_letters import Prospect
from domain.dead_letter import DeadLetter
from entrypoints import shaping
from entrypoints.answers import Discard
from entrypoints.commands.dlq import line, query_of
from entrypoints.container import open_tidings
from entrypoints.deciding import Choice, ReplayReport
from entrypoints.deciding import discard as discard_them
from entrypoints.deciding import replay as replay_them
from entrypoints.filters import Filters
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import duration, plain

_NONE = "No such dead letter is open."
#: Why one is not replayed.
_LEFT = {
    Prospect.EXPIRED: "expired (add --ignore-expiry)",
    Prospect.UNREADABLE: "still unreadable",
    Prospect.INVALID: "its address is none",
    Prospect.FORGOTTEN: "its recipient is forgotten",
    Prospect.MOVED_ON: "has moved on already",
    Prospect.REFUSED: "the store refuses it",
}


def choice_of(
    filters: Filters, ids: Sequence[UUID], *, by: str, why: str, is_meant: bool
) -> Choice:
    return Choice(query=query_of(filters), ids=ids, by=by, why=why, is_meant=is_meant)


def replay(
    choice: Choice, *, rate: float, ignore_expiry: bool, data: Path | None, as_json: bool
) -> None:
    apart = timedelta(seconds=1 / rate)
    settings = settings_for(data)
    found = run(_replay(settings, choice, apart, ignore_expiry=ignore_expiry))
    if as_json:
        answer = shaping.replay(found.counts, is_done=choice.is_meant, by=choice.by, why=choice.why)
        tell(answer)
    else:
        _print(choice, found, apart, settings.tidings_env.works_by)


async def _replay(
    settings: Settings, choice: Choice, apart: timedelta, *, ignore_expiry: bool
) -> ReplayReport:
    async with open_tidings(settings, choice.purpose) as tidings:
        return await replay_them(tidings, choice, apart=apart, ignore_expiry=ignore_expiry)


def _print(choice: Choice, found: ReplayReport, apart: timedelta, works_by: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not found.counts:
        console.print(_NONE)
        return
    if not choice.is_meant:
        first = [
            (letter, becomes(prospect, is_done=choice.is_meant)) for letter, prospect in found.first
        ]
        _print_first(console, first, sum(found.counts.values()))
    for prospect, count in found.counts.items():
        console.print(f"{count:>7}  {becomes(prospect, is_done=choice.is_meant)}", markup=False)
    if not choice.is_meant:
        if found.counts[Prospect.REPLAYED] > 1:
            console.print(f"One would become due every {duration(apart)}.")
        _print_what_was_not_done(console, choice)
    elif found.counts[Prospect.REPLAYED]:
        console.print(f"`{works_by}` tells them.")


def becomes(prospect: Prospect, *, is_done: bool) -> str:
    would_be = "would be " * (not is_done)
    if prospect is Prospect.REPLAYED:
        return f"{would_be}replayed"
    return f"{would_be}left: {_LEFT[prospect]}"


def _print_first(console: Console, first: Sequence[tuple[DeadLetter, str]], whole: int) -> None:
    for letter, becomes in first:
        console.print(Text.assemble(line(letter), (f"  → {becomes}", "bold")))
    if whole > len(first):
        console.print(f"... and {whole - len(first)} more")


def _print_what_was_not_done(console: Console, choice: Choice) -> None:
    if not choice.why:
        console.print("Nothing was changed. Say --yes to do it, and --why: the reason is kept.")
        return
    who = plain(choice.by) or "you"
    kept = Text.assemble("It would be kept that ", (who, "bold"), " did it: ")
    console.print(kept.append(f"“{plain(choice.why)}”"))
    console.print("Nothing was changed. Say --yes to do it.")


def discard(choice: Choice, *, data: Path | None, as_json: bool) -> None:
    count, first = run(_discard(settings_for(data), choice))
    if as_json:
        tell(Discard(is_done=choice.is_meant, by=choice.by, why=choice.why, discarded=count))
        return
    console = Console(highlight=False, soft_wrap=True)
    if not count:
        console.print(_NONE)
    elif choice.is_meant:
        console.print(f"{count} discarded.")
    else:
        _print_first(console, [(letter, "would be discarded") for letter in first], count)
        console.print(f"{count} would be discarded.")
        _print_what_was_not_done(console, choice)


async def _discard(settings: Settings, choice: Choice) -> tuple[int, Sequence[DeadLetter]]:
    """How many, and the first of them."""
    async with open_tidings(settings, choice.purpose) as tidings:
        return await discard_them(tidings, choice)
