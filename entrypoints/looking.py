"""What does somebody find who looks, on whatever surface?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.mail.address import read_email_address
from application.ports.dead_letters import DeadLetterQuery
from application.ports.notification_history import Query
from domain.dead_letter import UNREADABLE, DeadLetter, DeadLetterOutline
from domain.errors import InvalidRecipient
from domain.outline import Outline
from domain.pause import Pause
from domain.recipient import phone_number
from domain.status import Status
from entrypoints.container import Tidings
from entrypoints.errors import NotThere

#: Whoever asks for these may mean what no notification could be made of.
_MAY_MEAN_UNREADABLE = (Query(), Query(status=Status.FAILED))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPage:
    items: Sequence[Outline]
    unreadable: Sequence[DeadLetterOutline]
    next: UUID | None  #: the last one here, if there are more
    is_first: bool
    paused: Mapping[str, Pause]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterPage:
    """Some of the dead letters, and how many there are in all."""

    letters: Sequence[DeadLetterOutline]
    tally: Mapping[str, int]
    next: UUID | None  #: the last one here, if there are more


async def notifications_page(
    tidings: Tidings, query: Query, *, limit: int, after: UUID | None
) -> NotificationPage:
    """Raises NotThere if there is no notification `after`."""
    if after is not None and not await tidings.history.find([after]):
        raise NotThere("no notification has this id", field="after")
    found = await tidings.history.latest(query, limit=limit + 1, after=after)
    unreadable: Sequence[DeadLetterOutline] = []
    if after is None and query in _MAY_MEAN_UNREADABLE:
        unreadable = await tidings.dead_letters.latest(
            DeadLetterQuery(reason=UNREADABLE), limit=limit
        )
    return NotificationPage(
        items=found[:limit],
        unreadable=unreadable,
        next=found[limit - 1].id if len(found) > limit else None,
        is_first=after is None,
        paused=await tidings.lane_control.pauses(),
        now=tidings.clock.now(),
    )


async def dead_letters_page(
    tidings: Tidings, query: DeadLetterQuery, *, limit: int, after: UUID | None
) -> DeadLetterPage:
    """Raises NotThere if there is no dead letter `after`."""
    behind = None if after is None else (await tidings.dead_letters.find([after])).get(after)
    if after is not None and behind is None:
        raise NotThere("no dead letter has this id", field="after")
    found = await tidings.dead_letters.latest(query, limit=limit + 1, after=behind)
    return DeadLetterPage(
        letters=found[:limit],
        tally=await tidings.dead_letters.tally(query),
        next=found[limit - 1].id if len(found) > limit else None,
    )


async def dead_letters_with(tidings: Tidings, ids: Sequence[UUID]) -> Sequence[DeadLetter]:
    """In that order. Raises NotThere, naming those that there are not."""
    found = await tidings.dead_letters.find(ids)
    unknown = [str(id_) for id_ in ids if id_ not in found]
    if unknown:
        raise NotThere(f"no such dead letter: {', '.join(unknown)}")
    return [found[id_] for id_ in ids]


def recipient_key(address: str) -> str:
    """However it is spelled; what is neither an address nor a number was kept as it came."""
    for read in (read_email_address, phone_number):
        with suppress(InvalidRecipient):
            return read(address).key
    return address
