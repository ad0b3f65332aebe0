"""Is a person forgotten by one command, down to the bytes in the data folder?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program

ADDRESS, NUMBER, WORDS = "canary@example.com", "+12125550101", "canary in the message"
WHOM = ["--email", "Canary@Example.com", "--phone", "+1 212 555-0101"]
WHY = ["--by", "grace", "--why", "asked by letter", "--yes"]


def event(event_id: str, message: str = WORDS, **addresses: str) -> bytes:
    payload = {**addresses, "message": message}
    return json.dumps({"eventId": event_id, "payload": payload}).encode()


LINES = [
    event("told", email=ADDRESS, phoneNumber=NUMBER),
    event("told", email=ADDRESS, phoneNumber=NUMBER),
    event("told", message="canary said otherwise", email=ADDRESS, phoneNumber=NUMBER),
    event("email-only", email="CANARY@example.com"),
    event("half-wrong", email="canary at sea", phoneNumber=NUMBER),
    event("unreadable", email=ADDRESS)[:-30],
    event("other", message="Hello", email="ada@example.com"),
    event("other", message="canary@example.com may not matter", email="ada@example.com"),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program(tmp_path_factory.mktemp("forgetting"))
    published = program("publish", "--file", "-", "--as-they-are", stdin=b"\n".join(LINES))
    assert published.code == exit_codes.DONE
    assert program("up", "--until-idle").code == exit_codes.DONE
    return program


@pytest.fixture
def program(told: Program, tmp_path: Path) -> Program:
    shutil.copytree(told.data, tmp_path / told.data.name)
    return Program(tmp_path)


@pytest.fixture(scope="module")
def forgotten(told: Program, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Only to be asked."""
    program = Program(tmp_path_factory.mktemp("forgotten"))
    shutil.copytree(told.data, program.data)
    assert done(program("forget", *WHOM, *WHY)).out
    return program


def done(ended: Ended) -> Ended:
    assert ended.code == exit_codes.DONE, ended
    return ended


def all_files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def files_with_a_canary(folder: Path) -> list[str]:
    return [
        file.name
        for file in all_files(folder)
        if b"canary" in file.read_bytes().lower() or NUMBER.encode() in file.read_bytes()
    ]


class TestALook:
    def test_counts_what_would_be_erased_and_changes_nothing(self, program: Program) -> None:
        before = files_with_a_canary(program.data)
        assert before
        looked = done(program("forget", *WHOM))
        for words in (
            "4  notifications to them would be erased",
            "1  notifications of the same events",
            "2  records that nobody could read",
            "--yes to do it",
        ):
            assert words in looked.out
        assert files_with_a_canary(program.data) == before
        assert json.loads(program("audit", "--json").out) == {"items": []}

    def test_says_if_there_is_nothing(self, told: Program) -> None:
        assert done(told("forget", "--email", "no@example.com")).out == (
            "Nothing is kept of them.\n"
        )


class TestForgetting:
    def test_leaves_no_byte_of_them_in_the_data_folder(self, forgotten: Program) -> None:
        assert files_with_a_canary(forgotten.data) == []
        assert len(list(forgotten.data.glob("outbox/email/*.eml"))) == 1

    def test_finds_them_no_more(self, forgotten: Program) -> None:
        for whom in (ADDRESS, NUMBER):
            assert "No such notification." in done(forgotten("list", "--to", whom)).out
        assert "Nothing is kept" in done(forgotten("forget", *WHOM)).out

    @pytest.mark.parametrize("reveal", [[], ["--reveal"]], ids=["masked", "revealed"])
    def test_is_told_wherever_they_were_shown(self, forgotten: Program, reveal: list[str]) -> None:
        shown = done(forgotten("show", "told", *reveal))
        assert "email to forgotten: SENT" in shown.said
        assert "forgotten: for whom it was and what it said is erased by grace" in shown.said
        assert "duplicate" in shown.said
        listed = done(forgotten("list", *reveal)).out.splitlines()
        assert sum(" forgotten  " in line for line in listed) == 5
        told = json.loads(done(forgotten("list", *reveal, "--json")).out)
        assert [each["recipient"] for each in told["items"]].count("forgotten") == 5

    def test_settles_their_dead_letters_and_leaves_them_readable(self, forgotten: Program) -> None:
        assert "No such dead letter" in done(forgotten("dlq", "list")).out
        listed = json.loads(done(forgotten("dlq", "list", "--settled", "--json")).out)
        assert len(listed["items"]) == 2
        for letter in listed["items"]:
            assert letter["settlement"]["how"] == "forgotten"
            shown = done(forgotten("dlq", "show", letter["id"]))
            assert '{"forgotten":{}}' in shown.out
            ended = forgotten("dlq", "replay", letter["id"], *WHY)
            assert (ended.code, ended.out) == (exit_codes.NOT_ALL, "")
            assert "was forgotten already by grace" in ended.said

    def test_stands_in_the_audit_log_without_them(self, forgotten: Program) -> None:
        [entry] = json.loads(done(forgotten("audit", "--json")).out)["items"]
        assert (entry["by"], entry["action"]) == ("grace", "person forgotten")
        assert entry["words"] == "5 notifications to erase: asked by letter"

    def test_leaves_the_figures_as_they_were(self, told: Program, forgotten: Program) -> None:
        before, after = (
            json.loads(done(each("stats", "--last", "all", "--json")).out)
            for each in (told, forgotten)
        )
        assert after["notifications"] == before["notifications"]
        assert after["flows"] == before["flows"]

    def test_tells_nobody_again(self, program: Program) -> None:
        done(program("forget", *WHOM, *WHY))
        done(program("publish", "--file", "-", stdin=LINES[0]))
        summary = json.loads(done(program("up", "--until-idle", "--json")).out)
        assert summary["unread"] == 0
        assert len(list(program.data.glob("outbox/email/*.eml"))) == 1

    def test_is_done_beside_the_service(self, program: Program) -> None:
        def tell(event_id: str) -> None:
            done(program("publish", "--file", "-", stdin=event(event_id, "Hi", email="a@b.de")))
            service.wait_until(lambda: "SENT" in program("show", event_id).out)

        with program.running("up") as service:
            tell("before")
            done(program("forget", *WHOM, *WHY))
            tell("afterwards")
            assert files_with_a_canary(program.data) == []
            assert service.stop().code == exit_codes.DONE

    def test_tells_a_machine_what_was_erased(self, program: Program) -> None:
        told = json.loads(done(program("forget", *WHOM, *WHY, "--json")).out)
        counts = ("notifications", "siblings", "loose", "copies", "waiting")
        assert [told[each] for each in counts] == [4, 1, 2, 4, 0]
        [entry] = json.loads(done(program("audit", "--json")).out)["items"]
        assert entry["about"] == f"act {told['act']}"


class TestWhatIsStillToBeTold:
    @pytest.fixture
    def waiting(self, program: Program) -> Program:
        later = {"sendAt": 4_000_000_000_000, **json.loads(event("later", email=ADDRESS))}
        done(program("publish", "--file", "-", stdin=json.dumps(later).encode()))
        with program.running("up") as service:
            service.wait_until(lambda: "PENDING" in program("show", "later").out)
            assert service.stop().code == exit_codes.DONE
        return program

    def test_is_in_the_way(self, waiting: Program) -> None:
        assert "1  notifications still to be told: in the way" in done(waiting("forget", *WHOM)).out
        refused = waiting("forget", *WHOM, *WHY)
        assert (refused.code, refused.out) == (exit_codes.NOT_ALL, "")
        assert "1 still to be told; add --cancel-waiting" in refused.said
        assert "PENDING" in waiting("list", "--to", ADDRESS).out

    def test_is_withdrawn_if_that_is_wanted(self, waiting: Program) -> None:
        done(waiting("forget", *WHOM, *WHY, "--cancel-waiting"))
        assert "FAILED (withdrawn)" in done(waiting("show", "later")).said
        assert files_with_a_canary(waiting.data) == []


class TestWhoIsMeant:
    def test_is_by_every_address_that_is_named(self, program: Program) -> None:
        twice = ["--email", "ada@example.com", "--email", ADDRESS, "--phone", NUMBER]
        done(program("forget", *twice, *WHY))
        assert files_with_a_canary(program.data) == []
        assert not any(b"ada@example.com" in file.read_bytes() for file in all_files(program.data))

    def test_has_to_be_said(self, told: Program) -> None:
        ended = told("forget", "--yes")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--email" in ended.err

    @pytest.mark.parametrize("option", ["--email", "--phone"])
    @pytest.mark.parametrize("blank", ["", " ", "\x01"], ids=["nothing", "blank", "control"])
    def test_is_not_everybody(self, told: Program, option: str, blank: str) -> None:
        ended = told("forget", "--email", "no@example.com", option, blank, *WHY)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "want an address or a number" in ended.said
        assert json.loads(told("audit", "--json").out) == {"items": []}

    def test_can_be_named_by_what_is_no_address(self, program: Program) -> None:
        ended = done(program("forget", "--email", "canary at sea", *WHY))
        assert "1  notifications to them were erased" in ended.out
