"""Can a person decide what the program cannot, and is nothing decided by mistake?"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from adapters.memory.database import Database
from adapters.memory.dead_letters import MemoryDeadLetters
from application.errors import StoreUnavailable
from application.ports.dead_letters import DeadLetterQuery
from application.replay_dead_letters import Prospect
from domain.dead_letter import Settlement
from domain.outcome import Rejected
from entrypoints import exit_codes
from entrypoints.cli import app
from entrypoints.commands.dlq_decide import becomes
from entrypoints.container import Tidings
from entrypoints.deciding import Choice, discard, replay
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.application.given import HurdledStore, Hurdles
from tests.entrypoints.program import Program


def in_process(*arguments: str) -> Result:
    """For what is answered before anything is opened."""
    return CliRunner().invoke(app, arguments, env={"TERM": "dumb", "COLUMNS": "200"})


def spoken(ended: Result) -> str:
    """In one line, however a frame breaks it."""
    return " ".join(ended.output.replace("│", " ").split())


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


class TestADeadLetterThatIsSettled:
    """Whoever names it by its id means that one, and must not take it for done again."""

    @pytest.mark.parametrize("meant", [[], ["--yes"]], ids=["looked", "meant"])
    @pytest.mark.parametrize(
        ("settle", "settled"), [("discard", "discarded"), ("replay", "replayed")]
    )
    def test_is_not_decided_about_again(
        self, program: Program, settle: str, settled: str, meant: list[str]
    ) -> None:
        listed = json.loads(program("dlq", "list", "--reason", "rejected", "--json").out)
        one, another = (each["id"] for each in listed["items"])
        why = ["--by", "grace", "--why", "a test"]
        assert program("dlq", settle, one, *why, "--yes").code == exit_codes.DONE
        for again in ("discard", "replay"):
            ended = program("dlq", again, another, one, *why, *meant)
            assert (ended.code, ended.out) == (exit_codes.NOT_ALL, "")
            assert f"dead letter {one} was {settled} already by grace" in ended.said
        left = json.loads(program("dlq", "list", "--reason", "rejected", "--json").out)
        assert [each["id"] for each in left["items"]] == [another]


DECISIONS = [
    pytest.param(["dlq", "replay", "--reason", "rejected", "--yes"], id="replay"),
    pytest.param(["dlq", "discard", "--reason", "rejected", "--yes"], id="discard"),
    pytest.param(["resolve", "signup-uncertain", "fail"], id="resolve"),
    pytest.param(["lanes", "pause", "email"], id="pause"),
]


class TestTheReason:
    @pytest.mark.parametrize("command", DECISIONS)
    @pytest.mark.parametrize(
        "why",
        [
            pytest.param([], id="missing"),
            pytest.param(["--why", ""], id="empty"),
            pytest.param(["--why", " \t"], id="blank"),
        ],
    )
    def test_has_to_be_given(self, program: Program, command: list[str], why: list[str]) -> None:
        ended = program(*command, *why)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--why" in ended.err
        assert "rejected" in program("dlq", "list").out
        assert "UNCERTAIN" in program("show", "signup-uncertain").out

    @pytest.mark.parametrize("command", DECISIONS)
    def test_is_asked_for_on_a_terminal(self, program: Program, command: list[str]) -> None:
        ended = program.at_a_terminal(*command, answer="asked the relay\n")
        assert ended.code == exit_codes.DONE, ended
        assert "Why?" in ended.err
        assert "Why?" not in ended.out

    def test_that_was_typed_is_kept(self, program: Program) -> None:
        program.at_a_terminal("resolve", "signup-uncertain", "sent", answer="asked the relay\n")
        assert "asked the relay" in program("show", "signup-uncertain").said

    @pytest.mark.parametrize("answer", ["\n", "\x04"], ids=["nothing", "the end"])
    def test_is_not_taken_for_granted_on_a_terminal(self, program: Program, answer: str) -> None:
        ended = program.at_a_terminal("resolve", "signup-uncertain", "sent", answer=answer)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")


WITHOUT_A_NAME = """
import os, pwd, typer
from entrypoints.deciders import who_decides
os.setuid(54321)
try:
    who_decides(None)
except typer.BadParameter as error:
    print(error.param_hint)
"""


class TestWhoDecides:
    def test_is_kept(self, program: Program) -> None:
        decide = ["resolve", "signup-uncertain", "sent", "--why", "she has it", "--by", "grace"]
        assert program(*decide).code == exit_codes.DONE
        assert "by grace" in program("show", "signup-uncertain").said

    def test_is_whoever_is_logged_in(self, program: Program) -> None:
        decide = ["resolve", "signup-uncertain", "sent", "--why", "she has it"]
        assert program.with_(LOGNAME="linus")(*decide).code == exit_codes.DONE
        assert "by linus" in program("show", "signup-uncertain").said

    def test_is_not_nobody(self, program: Program) -> None:
        decide = ["resolve", "signup-uncertain", "sent", "--why", "she has it", "--by", " "]
        ended = program(*decide)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--by" in ended.err

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
    def test_is_asked_for_where_the_user_has_no_name(self, program: Program) -> None:
        assert program.run(sys.executable, "-c", WITHOUT_A_NAME).out == "--by\n"


class TestANotification:
    def test_can_be_shown_and_resolved_by_its_own_id(self, program: Program) -> None:
        told = json.loads(program("show", "signup-uncertain", "--json").out)
        id_ = told["chapters"][0]["notification"]["id"]
        assert "signup-uncertain" in program("show", id_).out
        ended = program("resolve", id_, "sent", "--why", "asked the relay")
        assert ended.code == exit_codes.DONE, ended
        assert "SENT" in program("show", "signup-uncertain").out


class TestADryRun:
    def test_says_what_it_would_do_to_whom_and_what_would_be_kept(self, program: Program) -> None:
        ended = program(
            "dlq", "replay", "--reason", "rejected", "--by", "grace", "--why", "they are back"
        )
        for words in ("payment-refused", "2 would be replayed", "grace", "they are back", "--yes"):
            assert words in ended.said

    def test_chooses_those_of_a_time(self, program: Program) -> None:
        chosen = program("dlq", "discard", "--from", "1d", "--why", "they are old").said
        assert "4 would be discarded" in chosen
        chosen = program("dlq", "discard", "--before", "1d ago", "--why", "they are old").said
        assert "No such dead letter is open." in chosen
        before = "2999-01-01T00:00+02:00"
        chosen = program("dlq", "discard", "--before", before, "--why", "they are old").said
        assert "4 would be discarded" in chosen

    def test_asks_for_an_instant_where_there_is_none(self, program: Program) -> None:
        ended = program("dlq", "discard", "--from", "tomorrow", "--why", "they are old")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--from" in ended.err


class TestALook:
    """Without --yes nothing is decided, so nobody is asked who and why."""

    def test_asks_for_no_reason_and_says_what_would_become_of_each(self, program: Program) -> None:
        event = b'{"eventId": "late", "timestamp": 1700000000000, "expiresAt": 1700000001000, '
        event += b'"payload": {"email": "ada@example.com", "message": "Too late"}}'
        assert program("publish", "--file", "-", stdin=event).code == exit_codes.DONE
        assert program("up", "--until-idle").code == exit_codes.DONE
        looked = program.at_a_terminal("dlq", "replay", "--from", "1d", answer="")
        assert (looked.code, looked.err) == (exit_codes.DONE, "")
        for words in (
            "2 would be replayed",
            "1 would be left: expired (add --ignore-expiry)",
            "1 would be left: still unreadable",
            "1 would be left: its address is none",
            "--yes to do it, and --why",
        ):
            assert words in looked.said
        done = program("dlq", "replay", "--from", "1d", "--why", "a test", "--yes")
        assert "1 left: its address is none" in done.said
        assert "would" not in done.said

    def test_of_a_discard_asks_for_no_reason_either(self, program: Program) -> None:
        looked = program("dlq", "discard", "--reason", "Rejected")
        assert (looked.code, looked.err) == (exit_codes.DONE, "")
        assert looked.said.count("→ would be discarded") == 2

    @pytest.mark.parametrize("command", ["replay", "discard"])
    @pytest.mark.parametrize("meant", [[], ["--why", "a test", "--yes"]], ids=["looked", "meant"])
    def test_says_that_there_is_none(self, told: Program, command: str, meant: list[str]) -> None:
        found = told("dlq", command, "--reason", "poison", *meant)
        assert (found.code, found.out) == (exit_codes.DONE, "No such dead letter is open.\n")

    @pytest.mark.parametrize("prospect", Prospect)
    def test_has_words_for_everything(self, prospect: Prospect) -> None:
        would_be = becomes(prospect, is_done=False)
        assert would_be == f"would be {becomes(prospect, is_done=True)}"
        assert ("left: " in would_be) is (prospect is not Prospect.REPLAYED)

    def test_says_so_of_what_has_moved_on(self) -> None:
        assert becomes(Prospect.MOVED_ON, is_done=False) == "would be left: has moved on already"


AN_ID = "00000000-0000-0000-0000-000000000000"
OF_SOME = "want an id as `tidings dlq list` shows; for all of an event: --event EVENT_ID"
OF_ONE = "want an id as `tidings dlq list` shows; those of an event: `tidings dlq list --event"
REASONS = (
    "rejected, exhausted, expired, invalid, undelivered, unresolved, withdrawn, poison, unreadable"
)


class TestASlip:
    @pytest.mark.parametrize(
        ("command", "wanted"),
        [
            pytest.param("replay", "say which: by ids", id="nothing to replay"),
            pytest.param("discard", "say which: by ids", id="nothing to discard"),
            pytest.param(f"replay {AN_ID} --reason expired", "not by both", id="ids and a filter"),
            pytest.param("replay signup-ada", OF_SOME, id="an event to replay"),
            pytest.param("discard signup-ada", OF_SOME, id="an event to discard"),
            pytest.param("show signup-ada", OF_ONE, id="an event to show"),
            pytest.param("list --after signup-ada", OF_ONE, id="an event to go on behind"),
            pytest.param("list --reason luck", f"want one of {REASONS}", id="no such reason"),
            pytest.param("list --limit 0", "want a whole number from 1 to 10000", id="none"),
            pytest.param(
                "list --limit 10001", "want a whole number from 1 to 10000", id="too many"
            ),
            pytest.param("list --limit x", "want a whole number from 1 to 10000", id="no number"),
            pytest.param(
                "replay --reason expired --rate nan", "want a number from 0.001 to", id="no rate"
            ),
        ],
    )
    def test_is_told_what_is_wanted(self, command: str, wanted: str) -> None:
        ended = in_process("dlq", *command.split())
        assert ended.exit_code == exit_codes.USAGE
        assert wanted in spoken(ended)
        assert "Input should" not in spoken(ended)

    @pytest.mark.parametrize("command", ["list", "replay", "discard"])
    def test_in_a_reason_is_seldom_made_by_who_reads_the_help(self, command: str) -> None:
        assert REASONS in spoken(in_process("dlq", command, "--help"))

    def test_with_addresses_is_not_made_by_who_reads_the_help(self) -> None:
        said = spoken(in_process("dlq", "show", "--help"))
        assert "as it was published, addresses and all" in said


class TestTheAuditLog:
    """Beside what stands with each dead letter: one line for a decision about many."""

    @pytest.mark.parametrize("decision", ["replay", "discard"])
    def test_tells_who_decided_about_dead_letters_and_why(
        self, program: Program, decision: str
    ) -> None:
        why = ["--by", "grace", "--why", "ada@example.com asked for it"]
        assert program("dlq", decision, "--reason", "rejected", *why).code == exit_codes.DONE
        assert "Nobody has done anything" in program("audit").out
        done = program("dlq", decision, "--reason", "rejected", *why, "--yes")
        assert done.code == exit_codes.DONE, done
        told = program("audit").said
        for words in (f"dead letters {decision}", "2 dead letters", "by grace", "*** asked for it"):
            assert words in told

    def test_tells_who_resolved_what_was_uncertain(self, program: Program) -> None:
        resolve = ["resolve", "signup-uncertain", "fail", "--by", "grace", "--why", "she has not"]
        assert program(*resolve).code == exit_codes.DONE
        told = program("audit").said
        assert "notification resolved" in told
        assert "by grace: fail: she has not" in told
        assert program(*resolve).code == exit_codes.NOT_ALL
        assert len(json.loads(program("audit", "--json").out)["items"]) == 1

    def test_tells_the_newest_first_and_no_more_than_are_wanted(self, program: Program) -> None:
        listed = json.loads(program("dlq", "list", "--reason", "rejected", "--json").out)
        for letter in listed["items"]:
            program("dlq", "discard", letter["id"], "--by", "grace", "--why", "a test", "--yes")
        told = json.loads(program("audit", "--limit", "1", "--json").out)
        assert [each["about"] for each in told["items"]] == [
            f"dead letter {listed['items'][-1]['id']}"
        ]

    def test_tells_nothing_of_a_decision_about_nothing(self, program: Program) -> None:
        program("dlq", "discard", "--reason", "poison", "--by", "grace", "--why", "a", "--yes")
        assert json.loads(program("audit", "--json").out) == {"items": []}


class HurdledDeadLetters(MemoryDeadLetters):
    def __init__(self, database: Database, hurdles: Hurdles) -> None:
        super().__init__(database)
        self._hurdles = hurdles

    async def settle(self, ids: Sequence[UUID], settlement: Settlement) -> int:
        await self._hurdles.passing("settle")
        return await super().settle(ids, settlement)


class TestADecisionThatIsInterrupted:
    MANY = 501  #: dead letters, so that there is a second batch

    @pytest.fixture
    def world(self) -> Iterator[World]:
        with asyncio.Runner() as runner:
            world = World(MemoryAssembly(), runner)
            world.sender("email").will_always(Rejected(reason="no such mailbox"))
            world.publish_for_strangers(self.MANY)
            world.turn()
            yield world
            world.close()

    @pytest.fixture
    def tidings(self, world: World) -> Tidings:
        """Whose store goes away after a batch."""
        assert isinstance(world.assembly, MemoryAssembly)
        hurdles = Hurdles()
        for call in ("settle", "revive"):
            hurdles.fail(call, after=1)
        database = world.assembly._container.database()
        letters = HurdledDeadLetters(database, hurdles)
        store = HurdledStore(database, hurdles)
        replay = replace(world.tidings.replay_dead_letters, dead_letters=letters, store=store)
        return replace(world.tidings, dead_letters=letters, replay_dead_letters=replay)

    @pytest.mark.parametrize("decision", ["replay", "discard"])
    def test_stands_in_the_audit_log(self, world: World, tidings: Tidings, decision: str) -> None:
        async def decide(tidings: Tidings) -> object:
            query = DeadLetterQuery(reason="rejected")
            choice = Choice(query=query, ids=[], by="grace", why="a test", is_meant=True)
            if decision == "discard":
                return await discard(tidings, choice)
            return await replay(tidings, choice, apart=timedelta(), ignore_expiry=False)

        with pytest.raises(StoreUnavailable):
            world.run(decide(tidings))
        [entry] = world.audit_log()
        assert (entry.by, entry.about) == ("grace", "501 dead letters")
        world.run(decide(world.tidings))
        assert world.run(tidings.dead_letters.tally(DeadLetterQuery())) == {}
