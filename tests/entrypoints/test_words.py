"""Are instants and durations rounded, and no more exact than whoever reads them needs?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrypoints.terminal.words import about, duration, moment, span
from tests.builders import at


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.5, "1 min"),
        (89, "1 min"),
        (117, "2 min"),
        (3569, "59 min"),
        (3599, "1 h"),
        (86_399, "1 d"),
        (86_400 * 2.5, "3 d"),
    ],
)
def test_one_figure_is_rounded(seconds: float, words: str) -> None:
    assert about(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0124, "12 ms"),
        (0.9996, "1.0 s"),
        (59.96, "1 min 0 s"),
        (119.6, "2 min 0 s"),
        (5399, "1 h 30 min"),
        (3 * 86_400 + 4 * 3600 - 60, "3 d 4 h"),
        (-2, "-2.0 s"),
    ],
)
def test_two_figures_are_rounded(seconds: float, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (30, "30 s"),
        (59.96, "1 min"),
        (74, "1 min 14 s"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (86_400, "24 h"),
        (10 * 86_400, "10 d"),
    ],
)
def test_a_sentence_has_neither_parts_of_seconds_nor_what_is_none(
    seconds: float, words: str
) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_a_moment_has_its_date_if_that_is_not_todays() -> None:
    assert moment(at(30), at()) == "12:00:30 UTC"
    assert moment(at(days=1), at()) == "2026-03-03 12:00:00 UTC"
