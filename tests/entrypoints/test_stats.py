"""Can a person see how it goes, all in all?"""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from application.statistics import PERCENTILES, Flow, Statistics, Tally
from domain.status import Status
from entrypoints import exit_codes
from entrypoints.terminal.statistics import print_statistics
from tests.builders import at
from tests.entrypoints.program import Ended, Program


def table(ended: Ended, title: str) -> dict[str, list[str]]:
    """The rows under a title, by their first word; columns are two spaces apart."""
    assert (ended.code, ended.err) == (exit_codes.DONE, "")
    lines = iter(ended.out.splitlines())
    assert any(line.startswith(title) for line in lines), ended.out
    rows: dict[str, list[str]] = {}
    for line in lines:
        first, *cells = line.split("  ") if line.strip() else [""]
        if not line.startswith(" "):
            break
        cells = [cell.strip() for cell in (first, *cells) if cell.strip()]
        if cells:
            rows[cells[0]] = cells[1:]
    return rows


def drawn(statistics: Statistics) -> str:
    """On a narrow terminal."""
    out = StringIO()
    print_statistics(Console(file=out, width=80), statistics, {}, last="24h", now=at())
    return out.getvalue()


class TestStatistics:
    def test_count_by_status_and_channel(self, told: Program) -> None:
        statuses = table(told("stats"), "All notifications")
        assert statuses["status"] == ["email", "sms"]
        assert statuses["SENT"][:2] == ["10", "5"]
        assert statuses["FAILED"][:2] == ["2", "1"]
        assert statuses["UNCERTAIN"][:2] == ["1", "0"]

    def test_say_what_waits_and_for_how_long(self, told: Program) -> None:
        waits = table(told("stats"), "Waiting")
        assert waits["a person"][0] == "1"
        assert waits["a person"][1].endswith("ago")
        assert len(waits["a person"]) == 2, "a bar beside a single row says nothing"

    def test_say_which_dead_letters_are_open(self, told: Program) -> None:
        reasons = table(told("stats"), "Open dead letters")
        assert (reasons["rejected"][0], reasons["invalid"][0]) == ("2", "1")
        assert "unreadable" in reasons

    @pytest.mark.parametrize("last", ["1h", "24h", "7d", "2w", "90m", "all"])
    def test_say_how_well_and_how_fast_it_went(self, told: Program, last: str) -> None:
        flows = table(told("stats", "--last", last), "Accepted")
        assert flows["retried of"] == ["failed of"]
        assert flows["accepted"] == ["accepted", "settled", "p50", "p95", "p99"]
        assert flows["email"][:3] == ["13", "15.4%", "16.7%"]
        assert flows["sms"][:3] == ["6", "0.0%", "16.7%"]

    def test_fit_a_narrow_terminal_that_knows_no_letters_but_ascii(self, told: Program) -> None:
        narrow = told.with_(
            COLUMNS="80", TERM="dumb", NO_COLOR="1", LC_ALL="C", PYTHONCOERCECLOCALE="0"
        )
        ended = narrow.with_(PYTHONUTF8="0")("stats")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert max(map(len, ended.out.splitlines())) <= 80
        assert ended.out.isascii()
        assert "\x1b" not in ended.out
        assert "?" not in ended.out
        assert "##" in ended.out

    def test_say_so_if_there_is_nothing(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert "Nothing has been accepted yet." in program("stats").out

    def test_fit_a_narrow_terminal_however_long_it_takes(self) -> None:
        long = dict.fromkeys(PERCENTILES, timedelta(minutes=12, seconds=30))
        flow = Flow(accepted=9_999_999, retried=0, settled=9, failed=9, time_to_sent=long)
        tally = {Tally(channel="email", status=Status.SENT, waiting_for=None): 9_999_999}
        flows = {"email": flow, "sms": flow}
        lines = drawn(Statistics(tally=tally, oldest={}, flows=flows)).splitlines()
        assert max(map(len, lines)) <= 80
        assert [line.split() for line in lines if "email " in line][-1] == [
            "email", "9,999,999", "0.0%", "100.0%", *["12", "min", "30", "s"] * 3
        ]  # fmt: skip

    @pytest.mark.parametrize(("statuses", "bars"), [(1, 0), (2, 2)], ids=["alone", "beside one"])
    def test_draw_a_bar_only_beside_another(self, statuses: int, bars: int) -> None:
        each = [Status.SENT, Status.FAILED][:statuses]
        tally = {Tally(channel="email", status=one, waiting_for=None): 7 for one in each}
        text = drawn(Statistics(tally=tally, oldest={}, flows={}))
        assert sum("█" in line for line in text.splitlines()) == bars

    @pytest.mark.parametrize("last", ["24", "1y", "-1h", "0h", "", "ever", "99999d"])
    def test_are_of_a_time_that_can_be_read(self, told: Program, last: str) -> None:
        ended = told("stats", f"--last={last}")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--last" in ended.err
        assert "24h" in ended.err
