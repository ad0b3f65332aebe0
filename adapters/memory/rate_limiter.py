"""May a hand-over to this recipient begin now, as far as this process remembers?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from application.ports.rate_limiter import RateAsk, RateLimiter, grouped, in_order
from domain.rate import EMPTY_LEDGER, Ledger, RateRule, RateVerdict


class MemoryRateLimiter(RateLimiter):
    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}
        self._forgettable_at: dict[str, datetime] = {}

    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        self._forget(now)
        verdicts: dict[str, list[RateVerdict]] = {}
        for key, group in grouped(asks).items():
            ledger = self._ledgers.get(key, EMPTY_LEDGER)
            verdicts[key], ledger = rule.take(ledger, [each.ask for each in group], now=now)
            self._remember(key, ledger, rule)
        return in_order(asks, verdicts)

    async def give_back(self, asks: Sequence[RateAsk], *, rule: RateRule) -> None:
        for key, group in grouped(asks).items():
            ledger = self._ledgers.get(key, EMPTY_LEDGER)
            self._remember(key, rule.give_back(ledger, [each.ask for each in group]), rule)

    def _remember(self, key: str, ledger: Ledger, rule: RateRule) -> None:
        self._ledgers.pop(key, None)
        self._forgettable_at.pop(key, None)
        if (end := rule.forgettable_at(ledger)) is not None:
            self._ledgers[key], self._forgettable_at[key] = ledger, end

    def _forget(self, now: datetime) -> None:
        """The ledgers that say nothing any more, those that were written longest ago first."""
        while self._forgettable_at:
            key, end = next(iter(self._forgettable_at.items()))
            if end > now:
                return
            del self._ledgers[key], self._forgettable_at[key]
