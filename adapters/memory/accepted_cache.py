"""Is this one known to be accepted already, as far as this process remembers?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from uuid import UUID

from application.ports.accepted_cache import AcceptedCache
from domain.repeat import Standing


class MemoryAcceptedCache(AcceptedCache):
    """The latest `room` of them."""

    def __init__(self, room: int = 10_000) -> None:
        self._room = room
        self._standings: OrderedDict[UUID, Standing] = OrderedDict()

    async def known(self, notification_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        standings = self._standings
        return {id_: standings[id_] for id_ in notification_ids if id_ in standings}

    async def remember(self, standings: Sequence[Standing]) -> None:
        for standing in standings:
            self._standings[standing.notification_id] = standing
        while len(self._standings) > self._room:
            self._standings.popitem(last=False)

    def forget_all(self) -> None:
        self._standings.clear()
