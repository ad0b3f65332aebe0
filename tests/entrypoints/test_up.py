"""Does the service run, make room for those who ask, and stop when it is told to?"""

from __future__ import annotations

import signal

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Program


def publish(program: Program, event_id: str) -> None:
    ended = program("publish", "alert", "--email", "ada@example.com", "-m", "Hot", "--id", event_id)
    assert ended.code == exit_codes.DONE, ended


def is_told(program: Program, event_id: str) -> bool:
    return any(program.data.glob(f"outbox/email/*-{event_id}-*.eml"))


class TestUntilIdle:
    def test_ends_when_nothing_is_left_to_do(self, program: Program) -> None:
        publish(program, "first")
        ended = program("up", "--until-idle")
        assert (ended.code, ended.out) == (exit_codes.DONE, "")
        assert is_told(program, "first")
        assert "SENT" in ended.err

    def test_ends_at_once_where_nothing_was_published(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE

    def test_tells_nobody_again(self, program: Program) -> None:
        publish(program, "first")
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert len(list(program.data.glob("outbox/email/*"))) == 1


class TestAnUnusualPlace:
    def test_may_be_a_folder_with_brackets_in_its_name(self, program: Program) -> None:
        ended = program("up", "--until-idle", "--data", "[/data]")
        assert (ended.code, ended.out) == (exit_codes.DONE, "")
        assert "[/data]" in ended.err

    def test_may_be_a_terminal_that_knows_no_letters_but_ascii(self, told: Program) -> None:
        ascii_only = told.with_(PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
        for command in (["check"], ["show", "payment-refused"], ["list"]):
            assert ascii_only(*command).code == exit_codes.DONE


class TestWhileItRuns:
    def test_it_tells_what_is_published_and_answers_who_asks(self, program: Program) -> None:
        publish(program, "before")
        with program.running("up") as running:
            running.wait_until(lambda: is_told(program, "before"))
            publish(program, "meanwhile")
            running.wait_until(lambda: is_told(program, "meanwhile"))
            shown = program("show", "meanwhile")
            assert shown.code == exit_codes.DONE
            listed = program("list")
            assert {"before", "meanwhile"} <= set(listed.out.split())
            assert program("check").code == exit_codes.DONE
            assert running.stop().code == exit_codes.DONE

    def test_no_second_one_works_on_the_same_folder(self, program: Program) -> None:
        publish(program, "first")
        with program.running("up") as running:
            running.wait_until(lambda: is_told(program, "first"))
            second = program("up", "--until-idle")
            assert (second.code, second.out) == (exit_codes.UNAVAILABLE, "")
            assert "another `tidings up` works in it" in second.said
            assert running.stop().code == exit_codes.DONE

    def test_one_that_was_killed_leaves_the_folder_free(self, program: Program) -> None:
        publish(program, "first")
        with program.running("up") as running:
            running.wait_until(lambda: is_told(program, "first"))
            running.kill()
        assert program("up", "--until-idle").code == exit_codes.DONE


class TestTellingItToStop:
    @pytest.mark.parametrize(
        "by",
        [
            pytest.param(signal.SIGINT, id="by Ctrl-C"),
            pytest.param(signal.SIGTERM, id="by SIGTERM"),
        ],
    )
    def test_ends_it_cleanly(self, program: Program, by: signal.Signals) -> None:
        publish(program, "first")
        with program.running("up") as running:
            running.wait_until(lambda: is_told(program, "first"))
            ended = running.stop(by)
        assert (ended.code, ended.out) == (exit_codes.DONE, "")
        assert "SENT" in ended.err

    def test_does_not_wait_for_what_is_held(self, program: Program) -> None:
        program = program.with_(RATE_LIMIT_EMAIL="1", RATE_LIMIT_WINDOW="3600")
        publish(program, "first")
        publish(program, "second")
        with program.running("up") as running:
            running.wait_until(lambda: is_told(program, "first"))
            assert running.stop().code == exit_codes.DONE
        assert not is_told(program, "second")
        assert "PENDING" in program("show", "second").out
