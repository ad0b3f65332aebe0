"""Who looked, and who acted?"""

from __future__ import annotations

from starlette.responses import Response

from entrypoints.console.visit import Visit

_LATEST = 200


async def show(visit: Visit) -> Response:
    entries = await visit.tidings.audit_log.latest(limit=_LATEST)
    return visit.show("audit.html", entries=entries, latest=_LATEST)
