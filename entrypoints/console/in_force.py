"""Which settings are in force?"""

from __future__ import annotations

from starlette.responses import Response

from entrypoints.console.visit import Visit
from entrypoints.settings_in_force import settings_in_force


async def show(visit: Visit) -> Response:
    return visit.show("settings.html", settings=settings_in_force(visit.house.settings))
