"""How are many rows written in few steps?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

Row = tuple[Any, ...]

#: Rows that one statement takes. Few sizes, so that each statement is prepared once.
_SIZES = (500, 100, 20, 4, 1)


class Bulk:
    """One statement with the values of many rows.

    A row at a time, the interpreter's lock changes hands at each, while the other thread
    wants it: that costs more than the writing.
    """

    def __init__(self, before_rows: str, *, columns: int, after_rows: str = "") -> None:
        row = f"({', '.join('?' * columns)})"
        self._statements = {
            size: f"{before_rows} {', '.join([row] * size)} {after_rows}" for size in _SIZES
        }

    def write(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        left = iter(rows)
        for size in _parts(len(rows)):
            values = list(chain.from_iterable(islice(left, size)))
            connection.execute(self._statements[size], values)


def _parts(count: int) -> Iterator[int]:
    for size in _SIZES:
        while count >= size:
            yield size
            count -= size
