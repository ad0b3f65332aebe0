"""How many hand-overs may begin for one recipient, and who is next?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

#: A hand-over begins this soon after its grant, or takes a grant again.
HAND_OVER_WITHIN = timedelta(seconds=1)

#: How long after its forecast a place in the queue is kept for who does not come back.
QUEUE_PATIENCE = timedelta(minutes=1)

#: Calls come in the order of their instants, or out of it by this at the most. What was written
#: further in the future than this was written before the clock was set back.
OUT_OF_ORDER_BY = timedelta(seconds=10)

#: One attempt of one notification: (notification id, generation, attempt).
Ask = tuple[UUID, int, int]


@dataclass(frozen=True, slots=True)
class Granted:
    """A hand-over may begin within HAND_OVER_WITHIN of `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotBefore:
    """A forecast by the place in the queue; it promises nothing."""

    at: datetime


RateVerdict = Granted | NotBefore


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is remembered of one recipient: the latest grants, and who was told to come back."""

    grants: tuple[tuple[Ask, datetime], ...] = ()
    queue: tuple[tuple[Ask, datetime], ...] = ()


EMPTY_LEDGER = Ledger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRule:
    """In no window of this length, wherever it starts, do more than `limit` hand-overs begin."""

    limit: int
    window: timedelta

    @property
    def span(self) -> timedelta:
        """How long a grant counts: as its hand-over may begin a little later, a little longer."""
        return self.window + HAND_OVER_WITHIN

    def take(
        self, ledger: Ledger, asks: Sequence[Ask], *, now: datetime
    ) -> tuple[list[RateVerdict], Ledger]:
        """Answer each ask, in order. Asking again for a fresh grant is free.

        After the clock was set back, a grant from the future counts as if it was given now:
        longer than it had to, so that the rule holds, but not until that future comes.
        """
        if not ledger.grants and not ledger.queue and len(asks) == 1:
            return [Granted(now)], Ledger(grants=((asks[0], now),))
        grants, queue = self._as_of(now, ledger)
        places = {ask: place for place, ask in enumerate(queue)}
        passed = 0
        verdicts: dict[Ask, RateVerdict] = {}
        for ask in sorted(dict.fromkeys(asks), key=lambda ask: places.get(ask, len(places))):
            standing = grants.get(ask)
            if standing is not None and timedelta() <= now - standing <= HAND_OVER_WITHIN:
                verdicts[ask] = Granted(standing)
                continue
            others = len(grants) - (standing is not None)
            # Who held a grant already was let past those that wait.
            ahead = 0 if standing else places[ask] - passed if ask in places else len(queue)
            if others + ahead < self.limit:
                grants[ask] = now
                passed += queue.pop(ask, None) is not None
                verdicts[ask] = Granted(now)
            else:
                # A grant that is too old to start from may have been used: it goes on counting.
                forecast = self._slot(ahead, list(grants.values()), now)
                queue[ask] = forecast
                verdicts[ask] = NotBefore(forecast)
        return (
            [verdicts[ask] for ask in asks],
            Ledger(grants=tuple(grants.items()), queue=tuple(queue.items())),
        )

    def give_back(self, ledger: Ledger, asks: Sequence[Ask]) -> Ledger:
        """Forget grants that no hand-over will use."""
        unused = set(asks)
        return Ledger(
            grants=tuple(grant for grant in ledger.grants if grant[0] not in unused),
            queue=tuple(place for place in ledger.queue if place[0] not in unused),
        )

    def forgettable_at(self, ledger: Ledger) -> datetime | None:
        """The instant from which the ledger says nothing any more; None if it says nothing now."""
        ends: list[datetime] = []
        if ledger.grants:
            ends.append(max([at for _, at in ledger.grants]) + self.span)
        if ledger.queue:
            ends.append(max([at for _, at in ledger.queue]) + QUEUE_PATIENCE)
        return max(ends, default=None)

    def _as_of(
        self, now: datetime, ledger: Ledger
    ) -> tuple[dict[Ask, datetime], dict[Ask, datetime]]:
        """The grants that count, and the places that are kept: no place longer than it can need."""
        latest = now + OUT_OF_ORDER_BY
        grants = {
            ask: at if at <= latest else now for ask, at in ledger.grants if now < at + self.span
        }
        kept = [each for each in ledger.queue if now < each[1] + QUEUE_PATIENCE]
        queue = {
            ask: min(at, latest + (place // self.limit + 1) * self.span)
            for place, (ask, at) in enumerate(kept)
        }
        return grants, queue

    def _slot(self, place: int, granted_at: list[datetime], now: datetime) -> datetime:
        """When the hand-over at this place (from 0) of the queue could begin."""
        free = [now] * (self.limit - len(granted_at))
        slots = free + sorted(at + self.span for at in granted_at)
        return slots[place % self.limit] + (place // self.limit) * self.span
