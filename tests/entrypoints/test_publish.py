"""Can events be published by hand, and is what cannot be read sent back with the reason?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Program

GOOD = json.dumps(
    {
        "eventId": "in-a-file",
        "messageType": "ALERT_RAISED",
        "timestamp": 1_790_000_000_000,
        "payload": {"email": "ada@example.com", "message": "Hot"},
    }
).encode()
UNREADABLE = b'{"eventId": "cut off'
LINES = b"\n".join((GOOD, b"", UNREADABLE, b"")) + b"\n"


def wait_to_be_read(program: Program) -> str:
    """What `check` says of a lane."""
    [line] = [line for line in program("check").out.splitlines() if "email lane" in line]
    return line


class TestOneEventByHand:
    def test_waits_to_be_read_whatever_its_kind(self, program: Program) -> None:
        for kind in ("signup", "payment", "alert"):
            ended = program(
                "publish", kind, "--email", "ada@example.com", "--phone", "+15551234567",
                "--message", "Welcome", "--subject", "Hello", "--id", f"a-{kind}",
            )  # fmt: skip
            assert (ended.code, ended.err) == (exit_codes.DONE, "")
            assert f"a-{kind}" in ended.out
        assert "3 event" in wait_to_be_read(program)

    def test_is_given_an_id_that_show_knows(self, program: Program) -> None:
        ended = program("publish", "alert", "--email", "ada@example.com", "-m", "Hot")
        [said] = [line for line in ended.out.splitlines() if "tidings show" in line]
        event_id = said.split("tidings show ")[1].split("`")[0]
        assert program("up", "--until-idle").code == exit_codes.DONE
        assert "SENT" in program("show", event_id).out

    @pytest.mark.parametrize(
        "event_id",
        [
            pytest.param("Grüße 'n' \"€\"", id="with letters, spaces and quotes"),
            pytest.param("[red]x[/nope]", id="with square brackets"),
        ],
    )
    def test_is_named_as_its_producer_named_it(self, program: Program, event_id: str) -> None:
        ended = program(
            "publish", "alert", "--email", "ada@example.com", "-m", "Hot", "--id", event_id
        )
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert event_id in ended.out


class TestAMistakeInAnOption:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            pytest.param(["--email", "ada@example.com"], "--message", id="no message"),
            pytest.param(["--email", "ada@example.com", "-m", ""], "--message", id="empty message"),
            pytest.param(["-m", "Hot"], "--email or --phone: give one", id="nobody to tell"),
            pytest.param(["--email", "ada", "-m", "Hot"], "--email", id="no email address"),
            pytest.param(["--phone", "0123", "-m", "Hot"], "--phone", id="no phone number"),
            pytest.param(
                ["--email", "ada@example.com", "-m", "Hot", "--id", "x" * 256],
                "--id",
                id="an id too long",
            ),
        ],
    )
    def test_is_named_and_nothing_is_published(
        self, program: Program, arguments: list[str], said: str
    ) -> None:
        ended = program("publish", "alert", *arguments)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert said in ended.said
        assert not program.data.exists() or "0 event" in wait_to_be_read(program)

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param([], id="neither a kind nor a file"),
            pytest.param(["--file", "nowhere.jsonl"], id="no such file"),
            pytest.param(["--file", "."], id="a folder for a file"),
        ],
    )
    def test_is_a_matter_of_usage(self, program: Program, arguments: list[str]) -> None:
        ended = program("publish", *arguments)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert ended.err


class TestAFileOfEvents:
    @pytest.fixture
    def file(self, program: Program) -> Path:
        file = program.home / "events.jsonl"
        file.write_bytes(LINES)
        return file

    def test_is_published_but_for_the_lines_that_nobody_can_read(
        self, program: Program, file: Path
    ) -> None:
        ended = program("publish", "--file", file.name)
        assert ended.code == exit_codes.NOT_ALL
        assert "Published 1 event;" in ended.out
        assert "line 3:" in ended.err
        assert "1 event" in wait_to_be_read(program)

    def test_is_published_whole_if_they_are_to_go_as_they_are(
        self, program: Program, file: Path
    ) -> None:
        ended = program("publish", "--file", file.name, "--as-they-are")
        assert ended.code == exit_codes.DONE
        assert "2 event" in wait_to_be_read(program)
        assert program("up", "--until-idle").code == exit_codes.DONE
        listed = program("list").out
        assert "in-a-file" in listed
        assert "not JSON" in listed

    def test_can_be_standard_input(self, program: Program) -> None:
        ended = program("publish", "--file", "-", stdin=LINES)
        assert ended.code == exit_codes.NOT_ALL
        assert "Published 1 event;" in ended.out

    def test_can_be_empty(self, program: Program) -> None:
        ended = program("publish", "--file", "-", stdin=b"")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert "Published 0 events." in ended.out

    def test_names_only_the_first_of_many_bad_lines(self, program: Program) -> None:
        ended = program("publish", "--file", "-", stdin=b"bad\n" * 500)
        assert ended.code == exit_codes.NOT_ALL
        assert "line 1:" in ended.err
        assert len(ended.err.splitlines()) < 50
        assert "500" in ended.out

    def test_survives_whatever_stands_in_a_line(self, program: Program) -> None:
        no_text, deep, markup = b"\xff\xfe\x00", b"[" * 100_000, b"[red]x[/nope]"
        too_long = b'"' + b"x" * 2_000_000 + b'"'
        lines = (no_text, deep, markup, too_long, GOOD)
        ended = program("publish", "--file", "-", stdin=b"\n".join(lines))
        assert ended.code == exit_codes.NOT_ALL
        assert "Published 1 event;" in ended.out

    def test_counts_a_line_once_however_long_it_is(self, program: Program) -> None:
        ended = program("publish", "--file", "-", stdin=b"x" * 3_000_000 + b"\nbad\n")
        assert "line 2:" in ended.err
        assert "2 left out" in ended.out


class TestTwoWhoPublishAtOnce:
    def test_both_get_everything_in(self, program: Program) -> None:
        lines = b"".join(GOOD.replace(b"in-a-file", b"%d" % n) + b"\n" for n in range(3000))
        (program.home / "many.jsonl").write_bytes(lines)
        with program.running("publish", "--file", "many.jsonl") as beside:
            assert program("publish", "--file", "many.jsonl").code == exit_codes.DONE
            assert beside.end().code == exit_codes.DONE
        assert "6000 event" in wait_to_be_read(program)
