"""Who stopped a lane, since when, and why?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """While it lasts nothing is handed over on its channel; what comes is accepted, and waits."""

    channel: str
    paused_at: datetime
    paused_by: str
    why: str
