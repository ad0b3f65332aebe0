"""Can a person stop a lane and let it go on, and is everybody told that it stands?"""

from __future__ import annotations

import msgspec
import pytest

from entrypoints import exit_codes
from entrypoints.answers import LaneStates, Switched
from tests.entrypoints.program import Program

PAUSED = "paused by grace since"
WHY = "“the relay moves”"


@pytest.fixture
def paused(program: Program) -> Program:
    """Emails, in a folder where one waits."""
    assert (
        program("publish", "signup", "--email", "ada@example.com", "-m", "Hi", "--id", "x").code
        == 0
    )
    ended = program("lanes", "pause", "email", "--by", "grace", "--why", "the relay moves")
    assert ended.code == exit_codes.DONE, ended
    assert program("up", "--until-idle").code == exit_codes.DONE
    return program


class TestAPausedLane:
    @pytest.mark.parametrize(
        "question",
        [["lanes", "list"], ["show", "x"], ["list"], ["stats"], ["check"], ["up", "--until-idle"]],
        ids=" ".join,
    )
    def test_is_told_to_whoever_asks_about_what(self, paused: Program, question: list[str]) -> None:
        ended = paused(*question)
        assert ended.code == exit_codes.DONE
        assert PAUSED in ended.said
        assert WHY in ended.said
        assert "`tidings lanes resume email`" in ended.said

    @pytest.mark.parametrize(
        "question", [["show", "x"], ["list"], ["stats"], ["up", "--until-idle"]], ids=" ".join
    )
    def test_is_told_to_a_machine(self, paused: Program, question: list[str]) -> None:
        [pause] = msgspec.json.decode(paused(*question, "--json").out)["paused"]
        assert (pause["channel"], pause["pausedBy"], pause["why"]) == (
            "email",
            "grace",
            "the relay moves",
        )

    def test_is_told_to_who_follows_what_waits_there(self, paused: Program) -> None:
        with paused.running("show", "x", "--follow") as following:
            following.wait_until(lambda: PAUSED in following.told_so_far())

    def test_goes_on_beside_whoever_works(self, paused: Program) -> None:
        with paused.running("up") as working:
            ended = paused("lanes", "resume", "email", "--by", "linus")
            assert "goes on. It was paused by grace since" in ended.said
            working.wait_until(lambda: "SENT" in paused("show", "x").out)
            assert working.stop().code == exit_codes.DONE
        assert PAUSED not in paused("check").said

    def test_is_stopped_beside_whoever_works(self, program: Program) -> None:
        with program.running("up") as working:
            working.wait_until_it_says("works on")
            program("lanes", "pause", "sms", "--by", "grace", "--why", "the relay moves")
            program("publish", "signup", "--phone", "+15551234567", "-m", "Hi", "--id", "y")
            working.wait_until(lambda: "held, as its lane is paused" in program("show", "y").said)
            assert working.stop().code == exit_codes.DONE

    def test_is_in_the_audit_log_without_addresses(self, paused: Program) -> None:
        paused("lanes", "pause", "sms", "--by", "grace", "--why", "ask ada@example.com")
        paused("lanes", "resume", "sms", "--by", "linus", "--why", "ada@example.com said so")
        said = paused("audit").said
        assert "lane paused sms by grace: ask ***" in said
        assert "lane resumed sms by linus: *** said so" in said


class TestSwitchingTwice:
    def test_keeps_the_first_pause(self, paused: Program) -> None:
        ended = paused("lanes", "pause", "email", "--by", "linus", "--why", "another reason")
        assert ended.code == exit_codes.DONE
        assert f"The email lane is {PAUSED}" in ended.said
        assert PAUSED in paused("lanes", "list").said

    def test_says_that_nothing_has_changed(self, paused: Program) -> None:
        again = paused("lanes", "pause", "email", "--why", "another reason", "--json")
        said = Switched(channel="email", is_paused=True, has_changed=False)
        assert msgspec.json.decode(again.out, type=Switched) == said
        resumed = [paused("lanes", "resume", "email", "--json").out for _ in range(2)]
        assert [msgspec.json.decode(each, type=Switched).has_changed for each in resumed] == [
            True,
            False,
        ]
        assert "goes on already" in paused("lanes", "resume", "email").said


class TestTheLanes:
    def test_are_listed_each_with_what_waits_there(self, paused: Program) -> None:
        listed = msgspec.json.decode(paused("lanes", "list", "--json").out, type=LaneStates)
        email, sms = listed.lanes
        assert (email.channel, email.waiting, sms.channel, sms.waiting) == ("email", 1, "sms", 0)
        assert email.pause is not None
        assert sms.pause is None

    def test_say_nothing_of_a_circuit_that_is_another_processs(self, paused: Program) -> None:
        listed = msgspec.json.decode(paused("lanes", "list", "--json").out, type=LaneStates)
        assert [each.circuit for each in listed.lanes] == [None, None]

    @pytest.mark.parametrize("command", ["pause", "resume"])
    def test_are_those_that_there_are(self, program: Program, command: str) -> None:
        ended = program("lanes", command, "fax")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "'email', 'sms'" in ended.said

    @pytest.mark.parametrize("why", [[], ["--why", " "]], ids=["missing", "blank"])
    def test_are_not_paused_without_a_reason(self, program: Program, why: list[str]) -> None:
        ended = program("lanes", "pause", "email", *why)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--why" in ended.err


class TestALaneWhoseProviderIsDown:
    def test_is_told_to_whoever_asks(self, program: Program) -> None:
        for number in range(5):
            to = ["--phone", "+15005553000", "-m", f"The room is hot ({number})"]
            assert program("publish", "alert", *to).code == exit_codes.DONE
        with program.running("up") as working:
            held = "5 for its provider, which was down"
            working.wait_until(lambda: held in program("lanes", "list").said)
            checked = program("check").said
            assert "held, as the provider is down: `tidings list --waiting" in checked
            assert working.stop().code == exit_codes.DONE
