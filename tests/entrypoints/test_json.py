"""Is a machine told the same as a person, in the shapes that are documented?"""

from __future__ import annotations

import shutil
from base64 import b64decode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar, Union

import msgspec
import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from entrypoints import exit_codes
from entrypoints.answers import (
    ANSWERS,
    Checkup,
    Discard,
    PublishedFile,
    Refusal,
    Replay,
    Statistics,
    Summary,
)
from entrypoints.cli import app
from entrypoints.shapes import DeadLetterInFull, DeadLetters, Notifications, Story
from tests.entrypoints.program import Ended, Program

T = TypeVar("T")

#: How each command is asked, where the sample has been told to its end.
ASKED = {
    "publish signup": ["publish", "signup", "--email", "ada@example.com", "-m", "Hi", "--id", "x"],
    "publish payment": ["publish", "payment", "--phone", "+15551234567", "-m", "Hi"],
    "publish alert": ["publish", "alert", "--email", "ada@example.com", "-m", "Hi"],
    "publish": ["publish", "--file", "-"],
    "up": ["up", "--until-idle"],
    "show": ["show", "payment-1001"],
    "show --follow": ["show", "payment-refused", "--follow"],
    "list": ["list", "--limit", "100"],
    "stats": ["stats", "--last", "all"],
    "check": ["check"],
    "audit": ["audit"],
    "keys create": ["keys", "create", "the shop", "--scope", "send", "--by", "Ada"],
    "keys list": ["keys", "list"],
    "forget": ["forget", "--email", "ada@example.com", "--why", "a letter"],
    "dlq list": ["dlq", "list"],
    "dlq replay": ["dlq", "replay", "--reason", "rejected", "--why", "they are back"],
    "dlq discard": ["dlq", "discard", "--reason", "rejected", "--why", "they are gone"],
    "lanes list": ["lanes", "list"],
    "lanes pause": ["lanes", "pause", "email", "--why", "the relay moves"],
    "lanes resume": ["lanes", "resume", "email"],
    "resolve": ["resolve", "signup-uncertain", "sent", "--why", "asked the relay"],
}


@pytest.fixture
def program(told: Program, tmp_path: Path) -> Program:
    """With a copy of the sample, told to its end."""
    shutil.copytree(told.data, tmp_path / told.data.name)
    return Program(tmp_path)


def read(ended: Ended, shape: type[T], code: int = exit_codes.DONE) -> T:
    """The one document on standard output."""
    assert ended.code == code, ended
    assert ended.out.count("\n") == 1
    return msgspec.json.decode(ended.out, type=shape)


def refusal(ended: Ended) -> Refusal:
    assert ended.out == ""
    found = msgspec.json.decode(ended.err.splitlines()[-1], type=Refusal)
    assert found.error.exit_code == ended.code
    return found


def commands(command: object, name: str = "") -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """All that do something by themselves."""
    assert isinstance(command, TyperCommand | TyperGroup)
    if not isinstance(command, TyperGroup) or (name and command.params):
        yield name, command
    if isinstance(command, TyperGroup):
        for below, each in command.commands.items():
            yield from commands(each, f"{name} {below}".strip())


def meanings_of_empty_texts(told: object) -> Iterator[str]:
    """What is documented of each field, however deep, that holds an empty text."""
    if isinstance(told, list):
        for each in told:
            yield from meanings_of_empty_texts(each)
    if isinstance(told, msgspec.Struct):
        kind = msgspec.inspect.type_info(type(told))
        assert isinstance(kind, msgspec.inspect.StructType)
        for field in kind.fields:
            value = getattr(told, field.name)
            yield from meanings_of_empty_texts(value)
            if value == "":
                assert isinstance(field.type, msgspec.inspect.Metadata)
                yield str((field.type.extra_json_schema or {})["description"])


#: They are asked in test_worker.py.
NEED_SERVERS = {"topics", "migrate", "prune"}


class TestEveryCommand:
    def test_that_tells_something_can_tell_it_to_a_machine(self) -> None:
        found = dict(commands(typer.main.get_command(app)))
        without = [
            name
            for name, command in found.items()
            if not any("--json" in parameter.opts for parameter in command.params)
        ]
        assert without == ["demo", "worker", "api"]
        assert found.keys() - {"demo", "worker", "api"} == ANSWERS.keys() - {"show --follow"}

    @pytest.mark.parametrize(
        "command", sorted(ANSWERS.keys() - {"dlq show", "keys revoke"} - NEED_SERVERS)
    )
    def test_tells_it_in_its_shape(self, program: Program, command: str) -> None:
        ended = program(*ASKED[command], "--json")
        assert ended.code == exit_codes.DONE, ended
        shape = Union[ANSWERS[command]]  # type: ignore[valid-type] # noqa: UP007
        lines = ended.out.splitlines()
        assert len(lines) == 1 or command == "show --follow"
        for line in lines:
            for meaning in meanings_of_empty_texts(msgspec.json.decode(line, type=shape)):
                assert "empty" in meaning


class TestAStory:
    def test_is_the_one_that_a_person_is_told(self, told: Program) -> None:
        story = read(told("show", "payment-refused", "--json"), Story)
        assert story.event_id == "payment-refused"
        email, sms = story.chapters
        assert (email.notification.channel, sms.notification.channel) == ("email", "sms")
        assert [move.status for move in email.trail] == ["SENDING", "FAILED"]
        assert email.trail[-1].words == "550 5.1.1 no such mailbox"
        assert email.dead_letters[0].notification_id == email.notification.id

    def test_tells_that_an_event_came_again(self, told: Program) -> None:
        story = read(told("show", "payment-1001", "--json"), Story)
        assert [[each.kind for each in c.sightings] for c in story.chapters] == [["duplicate"]] * 2

    def test_shows_addresses_only_if_they_are_to_be_revealed(self, told: Program) -> None:
        masked = told("show", "signup-ada", "--json")
        assert "ada@example.com" not in masked.out
        revealed = read(told("show", "signup-ada", "--json", "--reveal"), Story)
        recipients = [each.notification.recipient for each in revealed.chapters]
        assert recipients == ["ada@example.com", "+15551234567"]

    def test_writes_instants_in_utc(self, told: Program) -> None:
        story = msgspec.json.decode(told("show", "signup-ada", "--json").out)
        accepted_at = story["chapters"][0]["notification"]["acceptedAt"]
        assert accepted_at.endswith("Z")


class TestAList:
    def test_holds_what_a_person_is_shown(self, told: Program) -> None:
        listed = read(told("list", "--status", "FAILED", "--json"), Notifications)
        assert {each.event_id for each in listed.items} == {
            "payment-refused",
            "signup-wrong-address",
        }
        assert [each.reason for each in listed.unreadable] == ["unreadable"]

    def test_can_be_empty(self, told: Program) -> None:
        listed = read(told("list", "--status", "PENDING", "--json"), Notifications)
        assert (listed.items, listed.next) == ([], None)


class TestDeadLetters:
    def test_come_page_after_page(self, told: Program) -> None:
        whole = read(told("dlq", "list", "--json"), DeadLetters)
        assert whole.next is None
        assert whole.by_reason == {"rejected": 2, "invalid": 1, "unreadable": 1}
        first = read(told("dlq", "list", "--limit", "3", "--json"), DeadLetters)
        assert first.next == first.items[-1].id
        second = read(
            told("dlq", "list", "--limit", "3", "--after", str(first.next), "--json"), DeadLetters
        )
        assert second.next is None
        assert [*first.items, *second.items] == whole.items

    def test_are_shown_with_what_was_published(self, told: Program) -> None:
        listed = read(told("dlq", "list", "--reason", "unreadable", "--json"), DeadLetters)
        shown = read(told("dlq", "show", str(listed.items[0].id), "--json"), DeadLetterInFull)
        assert shown.body.encoding == "utf-8"
        assert "cut-off-in-the-middle" in shown.body.content

    def test_are_shown_in_base64_if_they_are_no_text(self, program: Program) -> None:
        assert program("publish", "--file", "-", "--as-they-are", stdin=b"\xff\xfe").code == 0
        assert program("up", "--until-idle").code == exit_codes.DONE
        listed = read(program("dlq", "list", "--limit", "1", "--json"), DeadLetters)
        shown = read(program("dlq", "show", str(listed.items[0].id), "--json"), DeadLetterInFull)
        assert shown.body.encoding == "base64"
        assert b64decode(shown.body.content) == b"\xff\xfe"

    @pytest.mark.parametrize("is_meant", [False, True], ids=["only looked at", "meant"])
    def test_are_replayed_only_if_it_is_meant(self, program: Program, is_meant: bool) -> None:
        asked = [*ASKED["dlq replay"], "--by", "grace", "--json", *["--yes"] * is_meant]
        answer = read(program(*asked), Replay)
        assert (answer.is_done, answer.replayed, answer.by) == (is_meant, 2, "grace")
        left = read(program("dlq", "list", "--json"), DeadLetters)
        assert left.by_reason.get("rejected", 0) == 2 * (not is_meant)

    @pytest.mark.parametrize("is_meant", [False, True], ids=["only looked at", "meant"])
    def test_are_discarded_only_if_it_is_meant(self, program: Program, is_meant: bool) -> None:
        answer = read(program(*ASKED["dlq discard"], "--json", *["--yes"] * is_meant), Discard)
        assert (answer.is_done, answer.discarded) == (is_meant, 2)
        left = read(program("dlq", "list", "--json"), DeadLetters)
        assert left.by_reason.get("rejected", 0) == 2 * (not is_meant)


class TestAFileOfEvents:
    def test_is_answered_with_the_lines_that_were_left_out(self, program: Program) -> None:
        ended = program("publish", "--file", "-", "--json", stdin=b"\nbad\n")
        answer = read(ended, PublishedFile, code=exit_codes.NOT_ALL)
        assert (answer.published, answer.left_out) == (0, 1)
        assert [each.line for each in answer.unreadable] == [2]


class TestHowItStands:
    def test_is_told_when_nothing_is_left_to_do(self, program: Program) -> None:
        summary = read(program("up", "--until-idle", "--json"), Summary)
        assert sum(each.count for each in summary.notifications if each.status == "FAILED") == 3
        assert (summary.unreadable, summary.unread) == (1, 0)


class TestACheckThatFails:
    def test_says_what_is_to_be_mended(self, program: Program) -> None:
        program = Program(program.home, TIDINGS_DATA="other")
        (program.home / "other").touch()
        check = read(program("check", "--json"), Checkup, code=exit_codes.NOT_ALL)
        assert not check.is_well
        [failed] = [each for each in check.checks if not each.is_well]
        assert "other" in failed.words


class TestAnError:
    @pytest.mark.parametrize(
        ("arguments", "kind", "code"),
        [
            pytest.param(["show", "never-was"], "notDone", exit_codes.NOT_ALL, id="unknown"),
            pytest.param(
                ["dlq", "show", "00000000-0000-0000-0000-000000000000"],
                "notDone",
                exit_codes.NOT_ALL,
                id="no such dead letter",
            ),
            pytest.param(["list", "--limit", "x"], "usage", exit_codes.USAGE, id="a bad option"),
            pytest.param(["list", "--sing"], "usage", exit_codes.USAGE, id="no such option"),
            pytest.param(["show"], "usage", exit_codes.USAGE, id="too little said"),
            pytest.param(
                ["publish", "alert", "-m", "x"], "usage", exit_codes.USAGE, id="nobody to tell"
            ),
            pytest.param(
                ["list", "--data", "no-such"], "unavailable", exit_codes.UNAVAILABLE, id="no data"
            ),
        ],
    )
    def test_is_one_for_a_machine_with_the_same_code(
        self, told: Program, arguments: Sequence[str], kind: str, code: int
    ) -> None:
        assert told(*arguments).code == code
        error = refusal(told(*arguments, "--json")).error
        assert (error.kind, error.exit_code) == (kind, code)
        assert error.message

    def test_names_every_wrong_setting(self, told: Program) -> None:
        wrong = told.with_(RATE_LIMIT_SMS="x", MAX_RETRIES="y")
        error = refusal(wrong("list", "--json")).error
        assert {each.name for each in error.settings} == {"RATE_LIMIT_SMS", "MAX_RETRIES"}


class TestStatistics:
    def test_are_those_that_a_person_is_told(self, told: Program) -> None:
        statistics = read(told("stats", "--json", "--last", "all"), Statistics)
        assert statistics.accepted_from is None
        assert set(statistics.flows) == {"email", "sms"}
        email = statistics.flows["email"]
        assert (
            email.failed
            + sum(
                each.count
                for each in statistics.notifications
                if (each.channel, each.status) == ("email", "SENT")
            )
            == email.settled
        )
        assert email.error_rate == email.failed / email.settled
        assert set(email.seconds_to_sent) == {"p50", "p95", "p99"}


class TestAPage:
    def test_leads_to_the_next_one_until_there_is_none(self, told: Program) -> None:
        whole = read(told("list", "--json", "--limit", "1000"), Notifications)
        assert whole.next is None
        first = read(told("list", "--json", "--limit", "3"), Notifications)
        assert first.next == first.items[-1].id
        second = read(
            told("list", "--json", "--limit", "1000", "--after", str(first.next)), Notifications
        )
        assert [*first.items, *second.items] == whole.items
