"""How are dead letters replayed and discarded, once somebody has seen what that would do?"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.text import Text

from application.ports.dead_letters import DeadLetterQuery
from application.replay_dead_letters import Prospect, ReplayOrder
from domain.audit import Action, AuditEntry
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.masking import masked
from entrypoints import shaping
from entrypoints.answers import Discard
from entrypoints.commands.dlq import line, query_of, those_with
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.filters import Filters
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import duration, plain

_BATCH = 500
_SHOWN = 20
_NONE = "No such dead letter is open."
#: Why one is not replayed.
_LEFT = {
    Prospect.EXPIRED: "expired (add --ignore-expiry)",
    Prospect.UNREADABLE: "still unreadable",
    Prospect.INVALID: "its address is none",
    Prospect.MOVED_ON: "has moved on already",
    Prospect.REFUSED: "the store refuses it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which dead letters, who decides about them and why, and whether it is meant.

    Who and why may be empty if it is not.
    """

    filters: Filters
    ids: Sequence[UUID]
    by: str
    why: str
    is_meant: bool

    @property
    def purpose(self) -> Purpose:
        return Purpose.DECIDE if self.is_meant else Purpose.ASK


@dataclass(slots=True)
class Found:
    """What became, or would become, of how many, and of the first of them."""

    counts: Counter[Prospect] = field(default_factory=Counter)
    first: list[tuple[DeadLetter, Prospect]] = field(default_factory=list)

    def add(self, letters: Sequence[DeadLetter], prospects: Sequence[Prospect]) -> None:
        self.counts.update(prospects)
        each = zip(letters, prospects, strict=True)
        self.first += list(each)[: _SHOWN - len(self.first)]


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
) -> Found:
    found = Found()
    async with open_tidings(settings, choice.purpose) as tidings:
        begin_at, replay = tidings.clock.now(), tidings.replay_dead_letters
        async for letters in _batches(tidings, choice):
            order = ReplayOrder(
                by=choice.by,
                why=choice.why,
                start_at=begin_at + apart * found.counts[Prospect.REPLAYED],
                apart=apart,
                ignore_expiry=ignore_expiry,
            )
            decide = replay if choice.is_meant else replay.look
            found.add(letters, await decide(letters, order))
        replayed = found.counts[Prospect.REPLAYED]
        await _keep(tidings, choice, Action.DEAD_LETTERS_REPLAYED, replayed)
    return found


def _print(choice: Choice, found: Found, apart: timedelta, works_by: str) -> None:
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
    count, first = 0, list[DeadLetter]()
    async with open_tidings(settings, choice.purpose) as tidings:
        settlement = Settlement(
            how=Settled.DISCARDED, at=tidings.clock.now(), by=choice.by, why=choice.why
        )
        async for letters in _batches(tidings, choice):
            first += letters[: _SHOWN - len(first)]
            if choice.is_meant:
                chosen = [letter.id for letter in letters]
                count += await tidings.dead_letters.settle(chosen, settlement)
            else:
                count += len(letters)
        await _keep(tidings, choice, Action.DEAD_LETTERS_DISCARDED, count)
    return count, first


async def _keep(tidings: Tidings, choice: Choice, action: Action, count: int) -> None:
    """One entry for the whole decision; who and why stand with each dead letter too."""
    if not choice.is_meant or not count:
        return
    about = f"{count} dead letter{'s' * (count > 1)}"
    if len(choice.ids) == 1:
        about = f"dead letter {choice.ids[0]}"
    entry = AuditEntry(
        at=tidings.clock.now(),
        by=choice.by,
        action=action,
        about=about,
        words=masked(choice.why, recipient=""),
    )
    await tidings.audit_log.append([entry])


async def _batches(tidings: Tidings, choice: Choice) -> AsyncIterator[Sequence[DeadLetter]]:
    """Those with these ids, or, without any, all open ones that the filters name; oldest first."""
    if choice.ids:
        yield _still_open(await those_with(tidings, choice.ids))
        return
    query: DeadLetterQuery = query_of(choice.filters)
    batch = await tidings.dead_letters.batch(query, limit=_BATCH, after=None)
    while batch:
        yield batch
        batch = await tidings.dead_letters.batch(query, limit=_BATCH, after=batch[-1])


def _still_open(letters: Sequence[DeadLetter]) -> Sequence[DeadLetter]:
    settled = [
        f"{letter.id} was {letter.settlement.how} already by {letter.settlement.by}"
        for letter in letters
        if letter.settlement is not None
    ]
    if settled:
        raise CannotBeDone(f"dead letter {'; '.join(settled)}")
    return letters
