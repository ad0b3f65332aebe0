"""Which connection carries a mail, and how long is one kept?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from adapters.smtp.heard import Heard, Stage
from adapters.smtp.mail import Mail
from adapters.smtp.opening import NotOpened, Opening
from adapters.smtp.options import SmtpOptions
from adapters.smtp.session import Session
from adapters.smtp.width import Width

_LEAVE_TAKING = 1.0  # seconds


@dataclass(slots=True, kw_only=True, eq=False)
class Kept:
    """A connection and its age, in seconds of the pool's own clock."""

    session: Session
    opened: float
    last_used: float


class Pool:
    """Connections to one relay. `seconds` only ever measures how old and how idle they are."""

    def __init__(self, options: SmtpOptions, *, seconds: Callable[[], float] = monotonic) -> None:
        self._options = options
        self._seconds = seconds
        self._width = Width(options.connections)
        self._idle: list[Kept] = []
        self._open: set[Kept] = set()
        self._leaving: set[Session] = set()
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """How many connections may be open just now."""
        return self._width.limit

    async def hand_over(self, mail: Mail) -> Heard:
        """Raises nothing but cancellation, which closes the connection."""
        heard = await self._once(mail, may_be_kept=True)
        if heard.went_stale:
            heard = await self._once(mail, may_be_kept=False)
        return heard

    async def knock(self) -> Heard | None:
        """What stands in the way of a connection, if anything does."""
        await self._width.enter()
        try:
            self._give_back(await self._opened())
        except NotOpened as error:
            return error.heard
        finally:
            self._width.leave()
        return None

    async def close(self) -> None:
        """All is closed when it returns; who does not part in a second is left standing."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._idle.clear()
        for kept in list(self._open):
            self._drop(kept)
        leaving = list(self._leaving)
        if leaving:
            await asyncio.wait({session.closed for session in leaving}, timeout=_LEAVE_TAKING)
        for session in leaving:
            session.abort("closed")
            await session.closed

    def close_idle(self) -> None:
        """Part with those that have been idle for too long."""
        for kept in [kept for kept in self._idle if self._is_stale(kept)]:
            self._idle.remove(kept)
            self._drop(kept)
        self._sweep = None
        if self._idle:
            self._sweep_later()

    async def _once(self, mail: Mail, *, may_be_kept: bool) -> Heard:
        await self._width.enter()
        try:
            kept = await self._take(may_be_kept=may_be_kept)
            try:
                heard = await kept.session.hand_over(mail)
                if heard.is_crowding:
                    self._width.narrow()
            finally:
                self._give_back(kept)
        except NotOpened as error:
            heard = error.heard
        finally:
            self._width.leave()
        if heard.stage is Stage.DOT and heard.reply is not None and heard.reply.digit == 2:
            self._width.count_taken()
        return heard

    async def _take(self, *, may_be_kept: bool) -> Kept:
        while self._idle and may_be_kept:
            kept = self._idle.pop()
            if not await self._is_fit(kept):
                self._drop(kept)
                continue
            return kept
        return await self._opened()

    async def _is_fit(self, kept: Kept) -> bool:
        session = kept.session
        if not session.is_usable or self._is_stale(kept):
            return False
        idle = self._seconds() - kept.last_used
        if session.needs_reset or idle > self._options.checked_after_idle.total_seconds():
            try:
                return await session.reset()
            except BaseException:
                self._drop(kept)
                raise
        return True

    def _is_stale(self, kept: Kept) -> bool:
        now = self._seconds()
        return (
            now - kept.opened > self._options.longest_life.total_seconds()
            or now - kept.last_used > self._options.longest_idle.total_seconds()
        )

    async def _opened(self) -> Kept:
        try:
            session = await Opening(self._options)()
        except NotOpened as error:
            if error.heard.is_crowding:
                self._width.narrow()
            raise
        now = self._seconds()
        kept = Kept(session=session, opened=now, last_used=now)
        self._open.add(kept)
        session.closed.add_done_callback(lambda _: self._open.discard(kept))
        return kept

    def _give_back(self, kept: Kept) -> None:
        """Keep it, unless it is worn out, or the relay wants fewer."""
        kept.last_used = self._seconds()
        has_room = len(self._open) <= self._width.limit
        if (
            has_room
            and kept.session.is_usable
            and kept.session.mails < self._options.most_mails
            and not self._is_stale(kept)
        ):
            self._idle.append(kept)
            if self._sweep is None:
                self._sweep_later()
        else:
            self._drop(kept)

    def _drop(self, kept: Kept) -> None:
        self._open.discard(kept)
        self._leaving.add(kept.session)
        kept.session.closed.add_done_callback(lambda _: self._leaving.discard(kept.session))
        kept.session.quit()

    def _sweep_later(self) -> None:
        after = self._options.longest_idle.total_seconds()
        self._sweep = asyncio.get_running_loop().call_later(after, self.close_idle)
