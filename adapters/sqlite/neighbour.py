"""Is the file there, and can it be read and written?"""

from __future__ import annotations

import os
import sqlite3

from adapters.sqlite.database import FILE_NAME, Database, Durability
from adapters.sqlite.schema import VERSION
from application.errors import StoreUnavailable
from application.ports.neighbour import Neighbour, Sight


class SqliteNeighbour(Neighbour):
    name = FILE_NAME
    is_needed = True

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> Sight:
        """It takes its turn among those who write, and writes what stands there already: an empty
        transaction succeeds on a full disk too."""
        await self._database.read(lambda connection: connection.execute("SELECT 1").fetchone())
        await self._database.write(_write_again, durability=Durability.PROCESS)
        if not os.access(self._database.path, os.W_OK):
            raise StoreUnavailable(
                f"{FILE_NAME}: it cannot be written", fix="make the data folder writable"
            )
        return Sight(words=f"version {VERSION}, read and written")


def _write_again(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA user_version = {VERSION}")
