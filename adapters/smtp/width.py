"""How many connections does the relay stand just now?"""

from __future__ import annotations

import asyncio
from collections import deque

_MAILS_FOR_ONE_MORE = 100


class Width:
    """At most so many inside at once; whoever comes later waits in turn.

    A relay that has too many makes it narrower, by what it had; mails taken widen it again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = most
        self.inside = 0
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        if self.inside < self.limit and not self._waiting:
            self.inside += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was let in and cut off at once
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def leave(self) -> None:
        self.inside -= 1
        self._admit()

    def narrow(self) -> None:
        """For whoever is inside and heard that it is one too many."""
        self._taken = 0
        self.limit = max(1, min(self.limit, self.inside) - 1)

    def count_taken(self) -> None:
        if self.limit == self._most:
            return
        self._taken += 1
        if self._taken >= _MAILS_FOR_ONE_MORE:
            self._taken = 0
            self.limit += 1
            self._admit()

    def _admit(self) -> None:
        while self._waiting and self.inside < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.inside += 1
                turn.set_result(None)
