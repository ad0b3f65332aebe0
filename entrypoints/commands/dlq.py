"""How are dead letters looked at?"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from application.ports.dead_letters import DeadLetterQuery
from domain.dead_letter import DeadLetter, DeadLetterOutline
from entrypoints import shaping
from entrypoints.container import Purpose, open_tidings
from entrypoints.filters import Filters
from entrypoints.looking import DeadLetterPage, dead_letters_page, dead_letters_with
from entrypoints.machine import tell
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.coming import what_a_dead_letter_needs
from entrypoints.terminal.words import instant, plain


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


async def _list(
    settings: Settings, query: DeadLetterQuery, limit: int, after: UUID | None
) -> DeadLetterPage:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        return await dead_letters_page(tidings, query, limit=limit, after=after)


def _print(page: DeadLetterPage) -> None:
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


def line(letter: DeadLetterOutline) -> Text:
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
        ("place in the stream", str(letter.position)),
        ("attempts", str(letter.attempts)),
    ]
    if letter.settlement is None:
        lines.append(("next", what_a_dead_letter_needs(letter.reason)))
    if letter.settlement is not None:
        settled = letter.settlement
        lines.append((settled.how, f"{instant(settled.at)} UTC by {settled.by}: {settled.why}"))
    for name, value in lines:
        console.print(Text.assemble((f"{name}: ", "bold"), plain(value)))
    console.print(Text("what was published:", style="bold"))
    console.print(Text(plain(letter.body.decode(errors="backslashreplace"))))


async def _one(settings: Settings, id_: UUID) -> DeadLetter:
    async with open_tidings(settings, Purpose.ASK) as tidings:
        [letter] = await dead_letters_with(tidings, [id_])
        return letter
