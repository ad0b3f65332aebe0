"""What does somebody decide, on whatever surface, and what becomes of it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Chapter
from application.replay_dead_letters import Prospect, ReplayOrder
from application.resolve_uncertain import Resolution
from domain.audit import Action, AuditEntry
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.masking import masked
from domain.notification import Notification
from domain.status import Status
from entrypoints.container import Purpose, Tidings
from entrypoints.errors import CannotBeDone, NotThere
from entrypoints.following import chapters_meant
from entrypoints.looking import dead_letters_with

_BATCH = 500
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which dead letters, who decides about them and why, and whether it is meant.

    With ids the query does not matter. Who and why may be empty if it is not meant.
    """

    query: DeadLetterQuery
    ids: Sequence[UUID]
    by: str
    why: str
    is_meant: bool

    @property
    def purpose(self) -> Purpose:
        return Purpose.DECIDE if self.is_meant else Purpose.ASK


@dataclass(slots=True)
class ReplayReport:
    """What became, or would become, of how many, and of the first of them."""

    counts: Counter[Prospect] = field(default_factory=Counter)
    first: list[tuple[DeadLetter, Prospect]] = field(default_factory=list)

    def add(self, letters: Sequence[DeadLetter], prospects: Sequence[Prospect]) -> None:
        self.counts.update(prospects)
        each = zip(letters, prospects, strict=True)
        self.first += list(each)[: _SHOWN - len(self.first)]


async def replay(
    tidings: Tidings, choice: Choice, *, apart: timedelta, ignore_expiry: bool
) -> ReplayReport:
    """One becomes due each `apart`. Raises CannotBeDone if one of the ids is not open."""
    if choice.is_meant:
        look = replace(choice, is_meant=False)
        would_be = await replay(tidings, look, apart=apart, ignore_expiry=ignore_expiry)
        count = would_be.counts[Prospect.REPLAYED]
        await _keep(tidings, choice, Action.DEAD_LETTERS_REPLAYED, count)
    found = ReplayReport()
    begin_at, revive = tidings.clock.now(), tidings.replay_dead_letters
    async for letters in _batches(tidings, choice):
        order = ReplayOrder(
            by=choice.by,
            why=choice.why,
            start_at=begin_at + apart * found.counts[Prospect.REPLAYED],
            apart=apart,
            ignore_expiry=ignore_expiry,
        )
        decide = revive if choice.is_meant else revive.look
        found.add(letters, await decide(letters, order))
    return found


async def discard(tidings: Tidings, choice: Choice) -> tuple[int, Sequence[DeadLetter]]:
    """How many, and the first of them. Raises CannotBeDone if one of the ids is not open."""
    if choice.is_meant:
        would_be, _ = await discard(tidings, replace(choice, is_meant=False))
        await _keep(tidings, choice, Action.DEAD_LETTERS_DISCARDED, would_be)
    count, first = 0, list[DeadLetter]()
    settlement = Settlement(
        how=Settled.DISCARDED,
        at=tidings.clock.now(),
        by=choice.by,
        why=masked(choice.why, recipient=""),
    )
    async for letters in _batches(tidings, choice):
        first += letters[: _SHOWN - len(first)]
        if choice.is_meant:
            chosen = [letter.id for letter in letters]
            count += await tidings.dead_letters.settle(chosen, settlement)
        else:
            count += len(letters)
    return count, first


async def resolve(
    tidings: Tidings, id_: str, resolution: Resolution, channel: str | None, *, by: str, why: str
) -> Sequence[Chapter]:
    """The story as it stands afterwards. Raises CannotBeDone, NoAttemptLeft."""
    notification = _the_uncertain_one(await chapters_meant(tidings.history, id_), channel)
    if not await tidings.resolve_uncertain(notification, resolution, by=by, why=why):
        raise CannotBeDone("it has moved on meanwhile; look again at its story")
    return await chapters_meant(tidings.history, id_)


async def _keep(tidings: Tidings, choice: Choice, action: Action, count: int) -> None:
    """One entry for the whole decision, and before it is carried out: whatever becomes of that,
    it is known whose it was. Who and why stand with each dead letter too."""
    if not count:
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
    """Those with these ids, or, without any, all open ones that are asked for; oldest first."""
    if choice.ids:
        yield _still_open(await dead_letters_with(tidings, choice.ids))
        return
    batch = await tidings.dead_letters.batch(choice.query, limit=_BATCH, after=None)
    while batch:
        yield batch
        batch = await tidings.dead_letters.batch(choice.query, limit=_BATCH, after=batch[-1])


def _still_open(letters: Sequence[DeadLetter]) -> Sequence[DeadLetter]:
    settled = [
        f"{letter.id} was {letter.settlement.how} already by {letter.settlement.by}"
        for letter in letters
        if letter.settlement is not None
    ]
    if settled:
        raise CannotBeDone(f"dead letter {'; '.join(settled)}")
    return letters


def _the_uncertain_one(chapters: Sequence[Chapter], channel: str | None) -> Notification:
    notifications = [chapter.notification for chapter in chapters]
    uncertain = [
        each
        for each in notifications
        if each.status is Status.UNCERTAIN and channel in (None, each.channel)
    ]
    if len(uncertain) == 1:
        return uncertain[0]
    if uncertain:
        raise CannotBeDone("both channels are uncertain; say which with --channel")
    if not notifications:
        raise NotThere("no such event has been accepted")
    raise CannotBeDone(
        "nothing of it is uncertain: "
        + ", ".join(f"{each.channel} is {each.status}" for each in notifications)
    )
