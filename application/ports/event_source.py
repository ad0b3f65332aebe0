"""Where do events come from?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from domain.record import Position, Record


class EventSource(Protocol):
    """One lane's place in the stream; every lane reads the whole stream, at its own pace.

    - Records of one partition come in order, each once, until the place is lost (a worker
      dies, partitions move): then again from the last commit. None is passed over.
    - A record that was polled is not polled again before that, committed or not.
    - One caller at a time polls; commits may run beside it.
    - What the stream itself cannot tell any more is one record with its `damage`.
    - Raises StreamUnavailable, once nothing is left that had come before; after a poll that
      did, the next one begins at the last commit.
    """

    @abstractmethod
    async def poll(self, *, limit: int, wait_for: timedelta) -> Sequence[Record]:
        """At most `limit` records; waits so long for the first, and where that is no time at
        all, none means that the stream's end is reached. With `limit` 0 none, but the source
        learns that the worker lives."""

    @abstractmethod
    async def commit(self, positions: Sequence[Position]) -> None:
        """Everything up to these, and these, is durable elsewhere. Never moves back. Of a place
        that was lost meanwhile nothing is committed: it comes again."""

    @abstractmethod
    async def lag(self) -> int:
        """How many records lie between the last commit and the stream's end, as far as they
        are this worker's to read."""
