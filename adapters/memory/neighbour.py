"""Is what the work depends on there, as the test says?"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.memory.database import Database
from application.ports.neighbour import Neighbour, Sight


@dataclass(frozen=True, slots=True)
class MemoryNeighbour(Neighbour):
    """The twins' store: what the test takes away is away."""

    database: Database
    is_needed: bool = True
    name: str = "store"

    async def look(self) -> Sight:
        self.database.reach()
        return Sight(words="there")
