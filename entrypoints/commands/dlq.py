"""How are dead letters looked at?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from application.ports.dead_letters import DeadLetterQuery
from domain.dead_letter import DeadLetter
from entrypoints import shaping
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.filters import Filters
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import instant, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the dead letters, and how many there are in all."""

    letters: Sequence[DeadLetter]
    tally: Mapping[str, int]
    next: UUID | None  #: the last one here, if there are more


def list_dead_letters(
    filters: Filters,
    *,
    settled: bool,
    limit: int,
    after: UUID | None,
    data: Path | None,
    as_json: bool,
) -> None:
    query = query_of(filters, only_open=not settled)
    page = run(_list(settings_for(data), query, limit, after))
    if as_json:
        tell(shaping.dead_letters(page.letters, page.tally, next_=page.next))
    else:
        _print(page)


def query_of(filters: Filters, *, only_open: bool = True) -> DeadLetterQuery:
    return DeadLetterQuery(
        reason=filters.reason,
        channel=filters.channel,
        message_type=filters.message_type,
        event_id=filters.event_id,
        failed_from=filters.failed_from,
        failed_before=filters.failed_before,
        only_open=only_open,
    )


async def _list(settings: Settings, query: DeadLetterQuery, limit: int, after: UUID | None) -> Page:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        [behind] = [None] if after is None else await those_with(tidings, [after])
        found = await tidings.dead_letters.latest(query, limit=limit + 1, after=behind)
        letters = found[:limit]
        return Page(
            letters=letters,
            tally=await tidings.dead_letters.tally(query),
            next=letters[-1].id if len(found) > limit else None,
        )


def _print(page: Page) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not page.tally:
        console.print("No such dead letter.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("reason")
    table.add_column("dead letters", justify="right")
    for reason, count in sorted(page.tally.items(), key=lambda row: -row[1]):
        table.add_row(reason, str(count))
    console.print(table)
    for letter in page.letters:
        console.print(line(letter))
    if page.next is not None:
        console.print(f"... and more: see --limit, or go on with --after {page.next}")


def line(letter: DeadLetter) -> Text:
    subject = plain(letter.event_id) if letter.event_id else str(letter.position)
    settled = f" ({letter.settlement.how})" if letter.settlement else ""
    return Text.assemble(
        (f"{instant(letter.failed_at)}  ", "dim"),
        (f"{letter.id}  ", "cyan"),
        (f"{letter.reason}{settled}", "red"),
        f"  {letter.channel or 'record'}  {subject}",
    )


def show_dead_letter(id_: UUID, *, data: Path | None, as_json: bool) -> None:
    letter = run(_one(settings_for(data), id_))
    if as_json:
        tell(shaping.dead_letter_in_full(letter))
    else:
        _print_whole(letter)


def _print_whole(letter: DeadLetter) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(line(letter))
    lines = [
        ("what is wrong", letter.error),
        ("lay at", str(letter.position)),
        ("attempts", str(letter.attempts)),
    ]
    if letter.settlement is not None:
        settled = letter.settlement
        lines.append((settled.how, f"{instant(settled.at)} UTC by {settled.by}: {settled.why}"))
    for name, value in lines:
        console.print(Text.assemble((f"{name}: ", "bold"), plain(value)))
    console.print(Text("what was published:", style="bold"))
    console.print(Text(plain(letter.body.decode(errors="backslashreplace"))))


async def _one(settings: Settings, id_: UUID) -> DeadLetter:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        [letter] = await those_with(tidings, [id_])
        return letter


async def those_with(tidings: Tidings, ids: Sequence[UUID]) -> Sequence[DeadLetter]:
    found = await tidings.dead_letters.find(ids)
    unknown = [str(id_) for id_ in ids if id_ not in found]
    if unknown:
        raise CannotBeDone(f"no such dead letter: {', '.join(unknown)}")
    return [found[id_] for id_ in ids]
