"""Has somebody paused this lane, as far as its worker knows?"""

from __future__ import annotations

from datetime import datetime, timedelta

from application.errors import StoreUnavailable
from application.ports.lane_control import LaneControl
from application.ports.telemetry import Telemetry
from domain.pause import Pause
from domain.status import Wait, Waiting

READ_EVERY = timedelta(seconds=1)


class Switch:
    """As it was read last. What cannot be read stands as it was."""

    def __init__(self, channel: str, control: LaneControl, telemetry: Telemetry) -> None:
        self.pause: Pause | None = None
        self._channel = channel
        self._control = control
        self._telemetry = telemetry
        self._read_at: datetime | None = None

    @property
    def is_off(self) -> bool:
        return self.pause is not None

    async def look(self, now: datetime) -> None:
        """Raises StoreUnavailable only as long as it was never read."""
        try:
            self.pause = (await self._control.pauses()).get(self._channel)
        except StoreUnavailable as error:
            if self._read_at is None:
                raise
            if now - self._read_at < READ_EVERY:
                return
            self._telemetry.trouble(self._channel, "reading its lane's switch", error)
        self._read_at = now

    async def look_now_and_then(self, now: datetime) -> None:
        if self._read_at is None or now - self._read_at >= READ_EVERY:
            await self.look(now)

    def waiting(self, now: datetime) -> Waiting:
        """Due at once: who resumes the lane need not touch what waits for it."""
        return Waiting(reason=Wait.PAUSE, until=now)
