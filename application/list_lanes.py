"""How does each lane stand?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.lanes import Lanes
from application.ports.clock import Clock
from application.ports.lane_control import LaneControl
from application.ports.notification_history import NotificationHistory
from application.statistics import NO_BACKLOG
from domain.circuit import Circuit
from domain.pause import Pause
from domain.status import Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """`circuit` is this process's own; None if the lane does not work in it."""

    channel: str
    pause: Pause | None
    waiting: int  #: notifications that are not final
    waiting_for: Mapping[Wait, int]  #: how many of them for what
    sending: int  #: how many of them are in hand
    circuit: Circuit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLanes:
    channels: Sequence[str]
    lane_control: LaneControl
    history: NotificationHistory
    clock: Clock

    async def __call__(self, lanes: Lanes) -> Sequence[LaneState]:
        """Of every channel, in their order, whether or not its lane is among these."""
        pauses = await self.lane_control.pauses()
        backlogs = await self.history.backlog(now=self.clock.now())
        return [
            LaneState(
                channel=channel,
                pause=pauses.get(channel),
                waiting=backlog.count,
                waiting_for=backlog.waiting,
                sending=backlog.sending,
                circuit=lanes.circuits.get(channel),
            )
            for channel in self.channels
            for backlog in [backlogs.get(channel, NO_BACKLOG)]
        ]
