"""How does somebody stop a lane, and say why?"""

from __future__ import annotations

from dataclasses import dataclass

from application.ports.audit_log import AuditLog
from application.ports.clock import Clock
from application.ports.lane_control import LaneControl
from domain.audit import Action, AuditEntry
from domain.masking import masked
from domain.pause import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLane:
    """What was begun is finished; each worker begins nothing more within a second or so."""

    lane_control: LaneControl
    audit_log: AuditLog
    clock: Clock

    async def __call__(self, channel: str, *, by: str, why: str) -> Pause | None:
        """None if it is paused by this; else the pause that stands already, and goes on standing.

        Only what changed something is in the audit log. Addresses in `why` are masked.
        """
        now, why = self.clock.now(), masked(why, recipient="")
        pause = Pause(channel=channel, paused_at=now, paused_by=by, why=why)
        standing = await self.lane_control.pause(pause)
        if standing is None:
            entry = AuditEntry(at=now, by=by, action=Action.LANE_PAUSED, about=channel, words=why)
            await self.audit_log.append([entry])
        return standing
