"""Who paces this worker while Redis cannot, and what does Redis have to learn afterwards?"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from application.ports.rate_limiter import RateAsk
from domain.rate import EMPTY_LEDGER, Granted, Ledger, RateRule, RateVerdict

#: How many grants of Redis a worker keeps in mind: some 300 bytes each.
_REMEMBERED = 20_000

_Grants = list[tuple[RateAsk, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingIn:
    """Since when and why the rule holds for each worker alone, as health shows it."""

    since: datetime
    why: str


class StandIn:
    """The rate rule in this process's memory.

    It begins with the latest grants that Redis gave this worker, as far as it keeps them, so
    that a worker on its own keeps the rule across the seam.
    """

    def __init__(self) -> None:
        self.standing_in: StandingIn | None = None
        self._ledgers: dict[str, tuple[Ledger, RateRule]] = {}
        self._forgettable_at: dict[str, datetime] = {}
        self._to_carry: dict[str, None] = {}
        self._heard: deque[tuple[RateRule, datetime, _Grants]] = deque()
        self._heard_count = 0

    def hear(self, grants: _Grants, rule: RateRule, *, now: datetime) -> None:
        """Redis granted these."""
        if grants:
            self._heard.append((rule, now, grants))
            self._heard_count += len(grants)
        while self._heard and (self._heard_count > _REMEMBERED or _is_over(self._heard[0], now)):
            self._heard_count -= len(self._heard.popleft()[2])

    def begin(self, *, now: datetime, why: str) -> None:
        if self.standing_in is None:
            self.standing_in = StandingIn(since=now, why=why)
        for rule, _, grants in self._heard:
            for ask, at in grants:
                ledger = self._ledgers.get(ask.key, (EMPTY_LEDGER, rule))[0]
                others = tuple(grant for grant in ledger.grants if grant[0] != ask.ask)
                self._write(ask.key, Ledger((*others, (ask.ask, at)), ledger.queue), rule)
        self._heard.clear()
        self._heard_count = 0

    def take(
        self, groups: Mapping[str, Sequence[RateAsk]], rule: RateRule, *, now: datetime
    ) -> dict[RateAsk, RateVerdict]:
        self._forget(now)
        verdicts: dict[RateAsk, RateVerdict] = {}
        for key, group in groups.items():
            ledger = self._ledgers.get(key, (EMPTY_LEDGER, rule))[0]
            answers, ledger = rule.take(ledger, [each.ask for each in group], now=now)
            self._write(key, ledger, rule)
            verdicts.update(zip(group, answers, strict=True))
        return verdicts

    def give_back(self, groups: Mapping[str, Sequence[RateAsk]], rule: RateRule) -> None:
        for key, group in groups.items():
            if key in self._ledgers:
                ledger = self._ledgers[key][0]
                self._write(key, rule.give_back(ledger, [each.ask for each in group]), rule)

    def to_carry(self, most: int) -> tuple[RateRule | None, dict[str, Ledger]]:
        """Some ledgers, all of one rule, that Redis does not know; none if it knows them all."""
        first = next(iter(self._to_carry), None)
        if first is None:
            return None, {}
        rule = self._ledgers[first][1]
        same = (key for key in self._to_carry if self._ledgers[key][1] == rule)
        return rule, {key: self._ledgers[key][0] for key in islice(same, most)}

    def carried(self, ledgers: Mapping[str, Ledger]) -> None:
        """Redis knows these now; those that were written meanwhile it does not."""
        for key, ledger in ledgers.items():
            if key in self._to_carry and self._ledgers[key][0] is ledger:
                del self._to_carry[key]

    def end(self, *, now: datetime) -> None:
        """Redis paces again. What was granted stays in mind, should it go away anew."""
        self.standing_in = None
        by_rule: dict[RateRule, _Grants] = {}
        for key, (ledger, rule) in self._ledgers.items():
            by_rule.setdefault(rule, []).extend((RateAsk(key, a), at) for a, at in ledger.grants)
        self._ledgers.clear()
        self._forgettable_at.clear()
        self._to_carry.clear()
        for rule, grants in by_rule.items():
            self.hear(grants, rule, now=now)

    def _write(self, key: str, ledger: Ledger, rule: RateRule) -> None:
        self._drop(key)
        if (end := rule.forgettable_at(ledger)) is not None:
            self._ledgers[key], self._forgettable_at[key] = (ledger, rule), end
            self._to_carry[key] = None

    def _drop(self, key: str) -> None:
        self._ledgers.pop(key, None)
        self._forgettable_at.pop(key, None)
        self._to_carry.pop(key, None)

    def _forget(self, now: datetime) -> None:
        """The ledgers that say nothing any more, those that were written longest ago first."""
        while self._forgettable_at:
            key, end = next(iter(self._forgettable_at.items()))
            if end > now:
                return
            self._drop(key)


def _is_over(heard: tuple[RateRule, datetime, _Grants], now: datetime) -> bool:
    rule, at, _ = heard
    return at + rule.span <= now


def granted(verdicts: Mapping[RateAsk, RateVerdict]) -> _Grants:
    return [(ask, each.at) for ask, each in verdicts.items() if isinstance(each, Granted)]
