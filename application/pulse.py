"""Do the loops of a lane still turn?

They turn whatever is away, as they endure it: one that stands still is stuck for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports.clock import Clock

#: Longer than a turn can take while servers swallow what they are sent: two calls of 35 s that
#: wait for a third.
PATIENCE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When a loop turned last, and how long its next turn may take."""

    at: datetime
    patience: timedelta


class Pulse:
    """Each loop beats once a turn; what has ended is not missed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beats: dict[str, Beat] = {}

    @property
    def beats(self) -> Mapping[str, Beat]:
        return self._beats

    def beat(self, loop: str, *, patience: timedelta = PATIENCE) -> None:
        self._beats[loop] = Beat(at=self._clock.now(), patience=patience)

    def end(self) -> None:
        self._beats.clear()
