"""Is the instant that somebody types the one that is meant?"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.instants import read_instant, read_span

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


class TestAnInstant:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            pytest.param("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), id="a day"),
            pytest.param("2026-03-01T12:05", datetime(2026, 3, 1, 12, 5, tzinfo=UTC), id="bare"),
            pytest.param("2026-03-01 12:05", datetime(2026, 3, 1, 12, 5, tzinfo=UTC), id="spaced"),
            pytest.param("2026-03-01T12:05Z", datetime(2026, 3, 1, 12, 5, tzinfo=UTC), id="UTC"),
            pytest.param(
                "2026-03-01T12:05:06.25+02:00",
                datetime(2026, 3, 1, 10, 5, 6, 250_000, tzinfo=UTC),
                id="with an offset",
            ),
            pytest.param("30s", NOW - timedelta(seconds=30), id="seconds ago"),
            pytest.param("30m", NOW - timedelta(minutes=30), id="minutes ago"),
            pytest.param("2h ago", NOW - timedelta(hours=2), id="hours ago"),
            pytest.param(" 7d ", NOW - timedelta(days=7), id="days ago"),
            pytest.param("2w", NOW - timedelta(days=14), id="weeks ago"),
            pytest.param("0s", NOW, id="now"),
        ],
    )
    def test_can_be_written_in_many_ways(self, text: str, wanted: datetime) -> None:
        assert read_instant(text, now=NOW) == wanted

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "tomorrow",
            "2h later",
            "-2h",
            "h",
            "2y",
            "1.5h",
            "٢h",
            "99999999999d",
            "999999d",
            "36526d",
            "0001-01-01T00:00+14:00",
            "2026-02-30",
            "1790000000000",
        ],
    )
    def test_is_asked_for_where_there_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="want an instant"):
            read_instant(text, now=NOW)

    @given(st.datetimes(timezones=st.timezones()), st.sampled_from(["T", " "]))
    def test_is_read_as_it_was_written(self, at: datetime, between: str) -> None:
        try:
            wanted = at.astimezone(UTC)
        except OverflowError:
            return
        assert read_instant(at.isoformat(between), now=NOW) == wanted

    @given(st.text())
    def test_is_never_another_error(self, text: str) -> None:
        with suppress(ValueError):
            assert read_instant(text, now=NOW).tzinfo is UTC


class TestASpan:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("30s", timedelta(seconds=30)),
            ("90m", timedelta(minutes=90)),
            ("24 h", timedelta(hours=24)),
            (" 7d ", timedelta(days=7)),
            ("2w", timedelta(days=14)),
            ("36525d", timedelta(days=36_525)),
        ],
    )
    def test_has_a_number_and_a_unit(self, text: str, wanted: timedelta) -> None:
        assert read_span(text) == wanted

    @pytest.mark.parametrize(
        "text",
        ["", "h", "2", "-2h", "1.5h", "٢h", "2h ago", "36526d", "99999999w", "9" * 5000 + "w"],
    )
    def test_is_asked_for_where_there_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="want a time"):
            read_span(text)
