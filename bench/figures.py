"""What was measured, and what was promised?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table


class CannotBeMeasured(Exception):
    """This machine lacks what the benchmark needs; says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing, measured several times; `at_least` or `at_most` is what is promised of it."""

    what: str
    unit: str
    measured: Sequence[float]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def middle(self) -> float:
        return median(self.measured)

    @property
    def is_kept(self) -> bool:
        too_low = self.at_least is not None and self.middle < self.at_least
        too_high = self.at_most is not None and self.middle > self.at_most
        return not (too_low or too_high)

    @property
    def promise(self) -> str:
        if self.at_least is not None:
            return f"at least {_number(self.at_least)}"
        return "" if self.at_most is None else f"at most {_number(self.at_most)}"

    def __str__(self) -> str:
        return f"{self.what} {_number(self.middle)} {self.unit}"


def figures_table(figures: Sequence[Figure]) -> Table:
    """The median of each, and how far apart the rounds were."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("median", justify="right", no_wrap=True)
    table.add_column("rounds", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("promised", no_wrap=True)
    for figure in figures:
        table.add_row(
            figure.what,
            _number(figure.middle),
            f"{_number(min(figure.measured))} … {_number(max(figure.measured))}",
            figure.unit,
            figure.promise and f"{figure.promise} {'✓' if figure.is_kept else '✗'}",
            style="" if figure.is_kept else "bold red",
        )
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 20 else f"{value:.2f}"
