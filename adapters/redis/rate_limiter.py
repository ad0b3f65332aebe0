"""May a hand-over to this recipient begin now, as all workers agree in Redis?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from adapters.redis.keys import MOST_KEYS
from adapters.redis.ledger import microseconds, packed_asks, packed_ledger, unpacked_verdicts
from adapters.redis.scripts import GIVE_BACK, JOIN, TAKE
from adapters.redis.server import RedisAway, RedisServer
from adapters.redis.stand_in import StandIn, StandingIn, granted
from application.errors import StoreUnavailable
from application.ports.rate_limiter import RateAsk, RateLimiter, grouped
from domain.rate import (
    HAND_OVER_WITHIN,
    OUT_OF_ORDER_BY,
    QUEUE_PATIENCE,
    RateRule,
    RateVerdict,
)

_MICROSECOND = timedelta(microseconds=1)
_FRESH, _PATIENCE, _DISORDER = (
    span // _MICROSECOND for span in (HAND_OVER_WITHIN, QUEUE_PATIENCE, OUT_OF_ORDER_BY)
)
_Groups = Mapping[str, Sequence[RateAsk]]


class RedisRateLimiter(RateLimiter):
    """The rule for all workers together, and without Redis for each worker by itself.

    - While Redis answers, the port's promises hold as they stand.
    - While it is away, each worker keeps the rule by itself, counting also the grants that it had
      from Redis (the latest 20 000). So one worker alone never breaks the rule, and of several
      there are at most the limit for each in a window.
    - When Redis is back, also emptied, a worker asks it for nothing before it has carried its own
      grants over. From then on no more are granted until those of all who have joined are few
      enough; what a worker granted that has not come back yet is not counted before it has.
    - Each life of Redis's memory is an era. Who meets an era that it did not join, as after a
      FLUSHALL, joins it first: nothing is granted that forgets what a living worker was granted.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._stand_in = StandIn()
        self._eras: dict[int, bytes] = {}

    @property
    def standing_in(self) -> StandingIn | None:
        """Since when and why the rule holds for this worker alone; None while Redis paces."""
        return self._stand_in.standing_in

    @property
    def is_standing_in(self) -> bool:
        return self._stand_in.standing_in is not None

    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        if not asks:
            return []
        groups = grouped(asks)
        try:
            verdicts = await self._server.ask(
                lambda: self._take_of_redis(groups, rule, now), writes=True
            )
        except RedisAway:
            outage = self._server.outage
            self._leave(now, "Redis did not answer" if outage is None else outage.why)
            verdicts = None
        if verdicts is None:
            verdicts = self._stand_in.take(groups, rule, now=now)
        else:
            self._stand_in.hear(granted(verdicts), rule, now=now)
        return [verdicts[ask] for ask in asks]

    async def give_back(self, asks: Sequence[RateAsk], *, rule: RateRule) -> None:
        if not asks:
            return
        groups = grouped(asks)
        self._stand_in.give_back(groups, rule)
        packed = self._packed(groups)

        async def give_back() -> None:
            for _, part in self._server.keys.parts(packed):
                arguments = [asked for _, asked in part.values()]
                await self._server.run(GIVE_BACK, list(part), arguments)

        with suppress(RedisAway):
            await self._server.ask(give_back, writes=True)

    async def _take_of_redis(
        self, groups: _Groups, rule: RateRule, now: datetime
    ) -> dict[RateAsk, RateVerdict] | None:
        """None if there is more to carry over than there is time."""
        if not self._eras and not await self._join(now):
            return None
        packed = self._packed(groups)
        joined = self._eras
        verdicts = await self._answers(groups, packed, rule, now)
        if verdicts is None:
            if self._eras is joined:
                self._say_that_it_was_emptied(now)
            if (self._eras and self._eras is not joined) or await self._join(now):
                verdicts = await self._answers(groups, packed, rule, now)
        return verdicts

    async def _answers(
        self,
        groups: _Groups,
        packed: Mapping[bytes, tuple[str, bytes]],
        rule: RateRule,
        now: datetime,
    ) -> dict[RateAsk, RateVerdict] | None:
        """None if the era is another one."""
        span = rule.span // _MICROSECOND
        numbers = (microseconds(now), span, _FRESH, _PATIENCE, _DISORDER, rule.limit)
        parts = list(self._server.keys.parts(packed))
        replies = await asyncio.gather(
            *(
                self._server.run(
                    TAKE,
                    [self._server.keys.era(tag), *part],
                    [self._eras[tag], *numbers, *(asked for _, asked in part.values())],
                )
                for tag, part in parts
            )
        )
        verdicts: dict[RateAsk, RateVerdict] = {}
        for (_, part), reply in zip(parts, replies, strict=True):
            if isinstance(reply, list):
                return None
            asks = [ask for recipient, _ in part.values() for ask in groups[recipient]]
            verdicts.update(zip(asks, unpacked_verdicts(reply, now=now), strict=True))
        return verdicts

    def _say_that_it_was_emptied(self, now: datetime) -> None:
        emptied = StoreUnavailable("Redis was emptied", fix="give Tidings a Redis of its own")
        self._server.say("asking Redis", emptied)
        self._leave(now, emptied.problem)

    def _leave(self, now: datetime, why: str) -> None:
        self._eras = {}
        self._stand_in.begin(now=now, why=why)

    async def _join(self, now: datetime) -> bool:
        """Carry over what Redis does not know. False if the time is up before it is done."""
        loop = asyncio.get_running_loop()
        time_is_up = loop.time() + self._server.options.answer_within.total_seconds() / 2
        eras = {tag: await self._carry(tag, {}, None, now) for tag in self._server.keys.tags}
        while True:
            rule, ledgers = self._stand_in.to_carry(MOST_KEYS)
            if rule is None:
                self._stand_in.end(now=now)
                self._eras = eras
                return True
            if loop.time() > time_is_up:
                return False
            packed = {
                self._server.keys.ledger(key): packed_ledger(each) for key, each in ledgers.items()
            }
            for tag, part in self._server.keys.parts(packed):
                await self._carry(tag, part, rule, now)
            self._stand_in.carried(ledgers)

    async def _carry(
        self, tag: int, part: Mapping[bytes, bytes], rule: RateRule | None, now: datetime
    ) -> bytes:
        """Answers the era in force."""
        span = 0 if rule is None else rule.span // _MICROSECOND
        arguments = [uuid4().bytes, microseconds(now), span, _PATIENCE, *part.values()]
        era: bytes = await self._server.run(JOIN, [self._server.keys.era(tag), *part], arguments)
        return era

    def _packed(self, groups: _Groups) -> dict[bytes, tuple[str, bytes]]:
        """By key: the recipient and its asks."""
        return {
            self._server.keys.ledger(recipient): (
                recipient,
                packed_asks([each.ask for each in group]),
            )
            for recipient, group in groups.items()
        }
