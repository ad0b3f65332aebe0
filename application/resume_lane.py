"""How does somebody let a paused lane go on?"""

from __future__ import annotations

from dataclasses import dataclass

from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.ports.lane_control import LaneControl
from domain.audit import Action, AuditEntry
from domain.masking import masked
from domain.pause import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeLane:
    """What waited is due, the longest due first; no row of it is written for this."""

    lane_control: LaneControl
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, channel: str, *, by: str, why: str = "") -> Pause | None:
        """The pause that has ended; None: it went on anyway. Only an end is in the audit log."""
        ended = await self.lane_control.resume(channel)
        if ended is not None:
            entry = AuditEntry(
                at=self.clock.now(),
                by=by,
                action=Action.LANE_RESUMED,
                about=channel,
                words=masked(why, recipient=""),
            )
            await self.audit_log.append([entry])
        return ended
