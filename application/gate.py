"""Which hand-overs may begin now, and what do the others wait for?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.ports.rate_limiter import RateAsk, RateLimiter
from application.ports.telemetry import Telemetry
from application.switch import Switch
from domain.channel import Channel
from domain.circuit import Circuit
from domain.outcome import Outcome
from domain.rate import HAND_OVER_WITHIN, NotBefore, RateVerdict
from domain.status import Wait, Waiting


class Gate:
    """The switch of the lane, the circuit of this worker's provider, and behind them the rate
    rule of all workers."""

    def __init__(
        self, channel: Channel, switch: Switch, limiter: RateLimiter, telemetry: Telemetry
    ) -> None:
        self.circuit = Circuit(policy=channel.circuit_policy)
        self.switch = switch
        self._channel = channel
        self._limiter = limiter
        self._telemetry = telemetry
        self._probing = asyncio.Lock()
        self._granted_at: dict[UUID, datetime] = {}

    async def admit(self, asks: Sequence[RateAsk], *, now: datetime) -> list[Waiting | None]:
        """For each, in order: None if its hand-over may begin, else what it waits for."""
        if not asks:
            return []
        if self.switch.is_off:
            return [self.switch.waiting(now)] * len(asks)
        if not self.circuit.is_open:
            return await self.pace(asks, now=now)
        async with self._probing:
            return [await self._probe_or_wait(ask, place, now) for place, ask in enumerate(asks)]

    async def pace(self, asks: Sequence[RateAsk], *, now: datetime) -> list[Waiting | None]:
        """The same by the rate rule alone, for what was admitted before but has not started."""
        verdicts = await self._limiter.take(asks, rule=self._channel.rate_rule, now=now)
        return [self._answer(ask, verdict) for ask, verdict in zip(asks, verdicts, strict=True)]

    def grant_is_fresh(self, notification_id: UUID, now: datetime) -> bool:
        """Whether a hand-over may still begin from its grant, or must take anew."""
        granted_at = self._granted_at.get(notification_id)
        return granted_at is not None and now - granted_at <= HAND_OVER_WITHIN

    def wait_for_provider(self, now: datetime, *, place: int = 0) -> Waiting:
        return Waiting(reason=Wait.CIRCUIT, until=self.circuit.wake_at(now, place=place))

    def may_start(self, notification_id: UUID) -> bool:
        """Whether one that was admitted may still start: the circuit can have opened since."""
        return not self.circuit.is_open or self.circuit.probe == notification_id

    def learn(self, outcome: Outcome, *, of: UUID, now: datetime) -> None:
        self._granted_at.pop(of, None)
        before, self.circuit = self.circuit, self.circuit.after(outcome, of=of, now=now)
        if before.is_open != self.circuit.is_open or before.openings != self.circuit.openings:
            self._telemetry.circuit_moved(
                self._channel.name, self.circuit, words=outcome.reason, rule=outcome.rule
            )

    def forget(self, notification_id: UUID) -> None:
        """It was admitted, but its hand-over will not take place."""
        self._granted_at.pop(notification_id, None)
        self.circuit = self.circuit.release_probe(notification_id)

    async def give_back(self, asks: Sequence[RateAsk]) -> None:
        await self._limiter.give_back(asks, rule=self._channel.rate_rule)

    def _answer(self, ask: RateAsk, verdict: RateVerdict) -> Waiting | None:
        if isinstance(verdict, NotBefore):
            return Waiting(reason=Wait.RATE, until=verdict.at)
        self._granted_at[ask.ask[0]] = verdict.at
        return None

    async def _probe_or_wait(self, ask: RateAsk, place: int, now: datetime) -> Waiting | None:
        if not self.circuit.may_probe(now):
            return self.wait_for_provider(now, place=place)
        [waiting] = await self.pace([ask], now=now)
        if waiting is None:
            self.circuit = self.circuit.begin_probe(ask.ask[0], now=now)
        return waiting
