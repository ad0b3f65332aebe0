"""Can a person decide what the program cannot, and is nothing decided by mistake?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Program


@pytest.fixture
def program(told: Program, tmp_path: Path) -> Program:
    """With a copy of the sample, told to its end."""
    shutil.copytree(told.data, tmp_path / told.data.name)
    return Program(tmp_path)


class TestWhatIsUncertain:
    @pytest.mark.parametrize(("said", "status"), [("sent", "SENT"), ("fail", "FAILED")])
    def test_is_what_a_person_says_it_is(self, program: Program, said: str, status: str) -> None:
        ended = program("resolve", "signup-uncertain", said, "--why", "asked the relay")
        assert ended.code == exit_codes.DONE, ended
        shown = program("show", "signup-uncertain").said
        assert status in shown
        assert "asked the relay" in shown

    @pytest.mark.parametrize(
        ("event_id", "said", "code"),
        [
            pytest.param("never-was", "sent", exit_codes.NOT_ALL, id="an unknown event"),
            pytest.param("signup-ada", "fail", exit_codes.NOT_ALL, id="what is no longer in doubt"),
            pytest.param("signup-uncertain", "perhaps", exit_codes.USAGE, id="no answer"),
        ],
    )
    def test_is_not_for(self, program: Program, event_id: str, said: str, code: int) -> None:
        ended = program("resolve", event_id, said, "--why", "asked the relay")
        assert (ended.code, ended.out) == (code, "")
        assert ended.err


class TestDeadLetters:
    def test_are_counted_by_their_reason(self, program: Program) -> None:
        ended = program("dlq", "list")
        assert ended.code == exit_codes.DONE
        for reason in ("rejected", "invalid", "unreadable"):
            assert reason in ended.out

    def test_are_only_looked_at_unless_it_is_meant(self, program: Program) -> None:
        before = program("dlq", "list").out
        replayed = program("dlq", "replay", "--reason", "rejected", "--why", "they are back")
        assert "Traceback" not in replayed.err
        assert program("dlq", "list").out == before
        assert "PENDING" not in program("show", "payment-refused").out

    def test_are_replayed_if_it_is_meant(self, program: Program) -> None:
        replayed = program(
            "dlq", "replay", "--reason", "rejected", "--why", "they are back", "--yes"
        )
        assert replayed.code == exit_codes.DONE, replayed
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert "they are back" in program("show", "payment-refused").said
