"""Who looked, and who acted?"""

from __future__ import annotations

import re

from starlette.responses import Response

from domain.audit import Action, AuditEntry
from entrypoints.console.pages import link
from entrypoints.console.visit import Visit

_LATEST = 200
_PATHS = {"notification": "/event", "dead letter": "/dead-letter"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def show(visit: Visit) -> Response:
    entries = await visit.tidings.audit_log.latest(limit=_LATEST)
    shown = [(each, _page_of(each)) for each in entries]
    return visit.show("audit.html", entries=shown, latest=_LATEST)


def _page_of(entry: AuditEntry) -> str | None:
    """Where that can be looked at which it is about."""
    if entry.action in (Action.LANE_PAUSED, Action.LANE_RESUMED):
        return "/lanes"
    kind, _, id_ = entry.about.rpartition(" ")
    path = _PATHS.get(kind)
    return link(path, id=id_) if path and _ID.fullmatch(id_) else None
