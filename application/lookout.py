"""What was last seen of something that is looked at again and again, and how long ago?

Whoever asks is answered at once, from what is known: nobody waits for who is slow or away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from application.ports.clock import Clock
from domain.errors import TidingsError

T = TypeVar("T")

_LONGEST_REST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse(Generic[T]):
    """What was seen last, and what went wrong last, each with its instant."""

    seen: T | None = None
    seen_at: datetime | None = None
    error: TidingsError | str | None = None
    failed_at: datetime | None = None
    has_failed: bool = False  #: the latest look

    def age(self, now: datetime) -> timedelta | None:
        return None if self.seen_at is None else now - self.seen_at


class Lookout(Generic[T]):
    """A look that takes longer than `patience` has failed; it is not cut off, but no other is
    begun beside it. Looking takes at most `share` of the time, down to one look a minute."""

    def __init__(
        self,
        name: str,
        look: Callable[[], Awaitable[T]],
        *,
        clock: Clock,
        every: timedelta,
        patience: timedelta,
        share: float = 1,
    ) -> None:
        self.name = name
        self.patience = patience
        self.glimpse: Glimpse[T] = Glimpse()
        self._look = look
        self._clock = clock
        self._every = every
        self._share = share
        self._looking: asyncio.Future[T] | None = None

    async def look(self) -> None:
        """Once; raises nothing but cancellation."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
            self._looking.add_done_callback(_hear)
        looked = self._looking
        await asyncio.wait({looked}, timeout=self.patience.total_seconds())
        if not looked.done():
            self._note(error=f"no answer within {self.patience.total_seconds():g} s")
            return
        if self._looking is looked:
            self._looking = None
        try:
            self._note(seen=looked.result())
        except TidingsError as error:
            self._note(error=error)
        except Exception as error:  # noqa: BLE001 - its words may hold anything
            self._note(error=type(error).__name__)

    async def run(self, finished: asyncio.Event) -> None:
        try:
            while not finished.is_set():
                began_at = self._clock.now()
                await self.look()
                rest = (self._clock.now() - began_at) / self._share
                await self._rest(max(self._every, min(rest, _LONGEST_REST)), finished)
        finally:
            self.stop()

    def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    def _note(self, *, seen: T | None = None, error: TidingsError | str | None = None) -> None:
        now, last = self._clock.now(), self.glimpse
        if error is None:
            self.glimpse = Glimpse(
                seen=seen, seen_at=now, error=last.error, failed_at=last.failed_at
            )
        else:
            self.glimpse = Glimpse(
                seen=last.seen, seen_at=last.seen_at, error=error, failed_at=now, has_failed=True
            )

    async def _rest(self, for_: timedelta, finished: asyncio.Event) -> None:
        either = [
            asyncio.ensure_future(self._clock.sleep(for_)),
            asyncio.ensure_future(finished.wait()),
        ]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in either:
                each.cancel()


def _hear(looking: asyncio.Future[T]) -> None:
    """Should nobody ask any more, what it raised is no news to anybody."""
    if not looking.cancelled():
        looking.exception()
