"""How are dead letters looked at, replayed and discarded?"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from application.ports.dead_letters import DeadLetterQuery
from application.replay_dead_letters import Prospect, ReplayOrder
from domain.dead_letter import DeadLetter, Settled, Settlement
from entrypoints import exit_codes
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.filters import Filters
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import instant, plain

_BATCH = 500


def list_dead_letters(filters: Filters, *, settled: bool, limit: int, data: Path | None) -> None:
    run(_list(settings_for(data), _query(filters, only_open=not settled), limit))


def _query(filters: Filters, *, only_open: bool = True) -> DeadLetterQuery:
    return DeadLetterQuery(
        reason=filters.reason,
        channel=filters.channel,
        message_type=filters.message_type,
        event_id=filters.event_id,
        failed_from=filters.failed_from and filters.failed_from.replace(tzinfo=UTC),
        failed_before=filters.failed_before and filters.failed_before.replace(tzinfo=UTC),
        only_open=only_open,
    )


async def _list(settings: Settings, query: DeadLetterQuery, limit: int) -> None:
    console = Console(highlight=False)
    async with open_tidings(settings, Purpose.ASK) as tidings:
        tally = await tidings.dead_letters.tally(query)
        letters = await tidings.dead_letters.latest(query, limit=limit)
    if not tally:
        console.print("No such dead letter.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("reason")
    table.add_column("dead letters", justify="right")
    for reason, count in sorted(tally.items(), key=lambda row: -row[1]):
        table.add_row(reason, str(count))
    console.print(table)
    for letter in letters:
        console.print(_line(letter), soft_wrap=True)
    if sum(tally.values()) > len(letters):
        console.print(f"... and {sum(tally.values()) - len(letters)} more; see --limit")


def _line(letter: DeadLetter) -> Text:
    subject = plain(letter.event_id) if letter.event_id else str(letter.position)
    settled = f" ({letter.settlement.how})" if letter.settlement else ""
    return Text.assemble(
        (f"{instant(letter.failed_at)}  ", "dim"),
        (f"{letter.id}  ", "cyan"),
        (f"{letter.reason}{settled}", "red"),
        f"  {letter.channel or 'record'}  {subject}",
    )


def show_dead_letter(id_: UUID, *, data: Path | None) -> None:
    letter = run(_one(settings_for(data), id_))
    console = Console(highlight=False, soft_wrap=True)
    console.print(_line(letter))
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
        [letter] = await _by_id(tidings, [id_])
        return letter


async def _by_id(tidings: Tidings, ids: Sequence[UUID]) -> Sequence[DeadLetter]:
    found = await tidings.dead_letters.find(ids)
    unknown = [str(id_) for id_ in ids if id_ not in found]
    if unknown:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        console.print(f"[bold red]error:[/] no such dead letter: {', '.join(unknown)}")
        raise typer.Exit(exit_codes.NOT_ALL)
    return [found[id_] for id_ in ids]


async def _batches(
    tidings: Tidings, query: DeadLetterQuery, ids: Sequence[UUID]
) -> AsyncIterator[Sequence[DeadLetter]]:
    """Those with these ids, or, without any, all that the query names; oldest first."""
    if ids:
        yield [each for each in await _by_id(tidings, ids) if each.settlement is None]
        return
    batch = await tidings.dead_letters.batch(query, limit=_BATCH, after=None)
    while batch:
        yield batch
        batch = await tidings.dead_letters.batch(query, limit=_BATCH, after=batch[-1])


def replay(
    filters: Filters,
    ids: Sequence[UUID],
    *,
    by: str,
    why: str,
    rate: float,
    ignore_expiry: bool,
    yes: bool,
    data: Path | None,
) -> None:
    counts = run(
        _replay(
            settings_for(data),
            _query(filters),
            ids,
            by,
            why,
            rate,
            ignore_expiry,
            is_dry_run=not yes,
        )
    )
    console = Console(highlight=False)
    for prospect, count in counts.items():
        console.print(f"{count:>7}  {'would be ' * (not yes)}{prospect}", markup=False)
    if not counts:
        console.print("No such dead letter.")
    elif not yes:
        console.print("Nothing was changed. Say --yes to do it.")
    elif counts[Prospect.REPLAYED]:
        console.print("`tidings up` tells them.")


async def _replay(
    settings: Settings,
    query: DeadLetterQuery,
    ids: Sequence[UUID],
    by: str,
    why: str,
    rate: float,
    ignore_expiry: bool,
    *,
    is_dry_run: bool,
) -> Counter[Prospect]:
    counts: Counter[Prospect] = Counter()
    async with open_tidings(settings, Purpose.ASK if is_dry_run else Purpose.DECIDE) as tidings:
        begin_at, apart = tidings.clock.now(), timedelta(seconds=1 / rate)
        async for letters in _batches(tidings, query, ids):
            order = ReplayOrder(
                by=by,
                why=why,
                start_at=begin_at + apart * counts[Prospect.REPLAYED],
                apart=apart,
                ignore_expiry=ignore_expiry,
            )
            if is_dry_run:
                counts.update(await tidings.replay_dead_letters.look(letters, order))
            else:
                counts.update(await tidings.replay_dead_letters(letters, order))
    return counts


def discard(
    filters: Filters,
    ids: Sequence[UUID],
    *,
    by: str,
    why: str,
    yes: bool,
    data: Path | None,
) -> None:
    count = run(_discard(settings_for(data), _query(filters), ids, by, why, is_dry_run=not yes))
    console = Console(highlight=False)
    if yes:
        console.print(f"{count} discarded.")
    else:
        console.print(f"{count} would be discarded. Nothing was changed. Say --yes to do it.")


async def _discard(
    settings: Settings,
    query: DeadLetterQuery,
    ids: Sequence[UUID],
    by: str,
    why: str,
    *,
    is_dry_run: bool,
) -> int:
    count = 0
    async with open_tidings(settings, Purpose.ASK if is_dry_run else Purpose.DECIDE) as tidings:
        settlement = Settlement(how=Settled.DISCARDED, at=tidings.clock.now(), by=by, why=why)
        async for letters in _batches(tidings, query, ids):
            if is_dry_run:
                count += len(letters)
            else:
                chosen = [letter.id for letter in letters]
                count += await tidings.dead_letters.settle(chosen, settlement)
    return count
