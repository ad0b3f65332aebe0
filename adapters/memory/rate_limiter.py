"""May a hand-over to this recipient begin now, as far as this process remembers?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from application.ports.rate_limiter import RateAsk, RateLimiter, grouped
from domain.rate import EMPTY_LEDGER, Ledger, RateRule, RateVerdict


class MemoryRateLimiter(RateLimiter):
    def __init__(self) -> None:
        self._ledgers: dict[str, Ledger] = {}
        self._sweep_at: datetime | None = None

    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        self._sweep(rule, now)
        verdicts: dict[RateAsk, RateVerdict] = {}
        for key, group in grouped(asks).items():
            ledger = self._ledgers.get(key, EMPTY_LEDGER)
            answers, self._ledgers[key] = rule.take(ledger, [each.ask for each in group], now=now)
            verdicts.update(zip(group, answers, strict=True))
        return [verdicts[ask] for ask in asks]

    async def give_back(self, asks: Sequence[RateAsk], *, rule: RateRule) -> None:
        for key, group in grouped(asks).items():
            ledger = self._ledgers.get(key, EMPTY_LEDGER)
            self._ledgers[key] = rule.give_back(ledger, [each.ask for each in group])

    def _sweep(self, rule: RateRule, now: datetime) -> None:
        """Once a window, forget the ledgers that say nothing any more."""
        if self._sweep_at is not None and now < self._sweep_at:
            return
        self._sweep_at = now + rule.span
        for key in [
            key
            for key, ledger in self._ledgers.items()
            if (end := rule.forgettable_at(ledger)) is None or end <= now
        ]:
            del self._ledgers[key]
