"""How does one statement of constant text take any number of rows?

Each column travels as one array: a row costs no round trip, and no other text to plan. The
driver looks at every element of an array three times over, so a column that says the same
in every row travels as that one value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Row = tuple[Any, ...]


class Columns:
    """Names and types of the columns of `given`. The first one differs in every row."""

    def __init__(self, **types: str) -> None:
        self._first, *self._others = types
        arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in types.items())
        either = ", ".join(
            f"coalesce(each.{name}, CAST(:all_{name} AS {types[name]})) AS {name}"
            for name in self._others
        )
        self.names = ", ".join(types)
        #: A SELECT of the rows. An array that is too short counts as NULL where it ends.
        self.given = f"""
            SELECT {self._first}, {either} FROM unnest({arrays}) AS each ({self.names})"""

    def values(self, rows: Iterable[Row]) -> dict[str, Any]:
        first, *others = tuple(zip(*rows, strict=True)) or ((),) * (1 + len(self._others))
        values: dict[str, Any] = {self._first: first}
        for name, column in zip(self._others, others, strict=True):
            if column and _is_the_same(column):
                values[name], values[f"all_{name}"] = (), column[0]
            else:
                values[name], values[f"all_{name}"] = column, None
        return values


def _is_the_same(column: Row) -> bool:
    return bool(column[0] == column[-1]) and column.count(column[0]) == len(column)
