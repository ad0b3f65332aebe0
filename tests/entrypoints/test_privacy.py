"""Do addresses, numbers and messages stay out of what the program prints?"""

from __future__ import annotations

import json

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program

CANARY = "canary"
NUMBER = "+12125550"
ADDRESSES: dict[str, dict[str, str]] = {
    "told": {"email": "canary-1@example.com", "phoneNumber": "+12125550101"},
    "wrong": {"email": "canary-2 at example.com", "phoneNumber": "+12125550"},
    "no-number": {"phoneNumber": "call canary-3"},
    "busy": {"email": "busy-1@simulator.tidings.test", "phoneNumber": "+15005551001"},
    "refused": {"email": "rejected@simulator.tidings.test", "phoneNumber": "+15005550001"},
    "in-doubt": {"email": "silent@simulator.tidings.test"},
    "exhausted": {"email": "busy-99@simulator.tidings.test"},
}


def event(event_id: str, addresses: dict[str, str], **more: object) -> bytes:
    payload = addresses | {
        "message": "canary in the message",
        "subject": "canary in the subject",
        "html": "<p>canary in the markup</p>",
    }
    return json.dumps(
        {
            "eventId": event_id,
            "messageType": "ALERT_RAISED",
            "timestamp": 1_790_000_000_000,
            "payload": payload,
            **more,
        }
    ).encode()


LINES = [
    *(event(event_id, addresses) for event_id, addresses in ADDRESSES.items()),
    event("told", ADDRESSES["told"] | {"email": "canary-9@example.com"}),
    event("late", ADDRESSES["told"], expiresAt=1_790_000_000_001),
    event("unreadable", ADDRESSES["told"])[:-20],
    event("no-instant", ADDRESSES["told"], timestamp="canary o'clock"),
    b'{"canary": "+12125550101", "email": "canary-4@example.com"}',
    b"canary-5@example.com +12125550101",
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("privacy"), RETRY_DELAY_MS="1", MAX_RETRIES="2")


@pytest.fixture(scope="module")
def published(program: Program) -> Ended:
    ended = program("publish", "--file", "-", "--as-they-are", stdin=b"\n".join(LINES))
    assert ended.code == exit_codes.DONE
    return ended


@pytest.fixture(scope="module")
def worked(program: Program, published: Ended) -> Ended:
    ended = program("up", "--until-idle")
    assert ended.code == exit_codes.DONE
    return ended


def assert_private(ended: Ended) -> None:
    assert CANARY not in ended.said
    assert NUMBER not in ended.said
    for name in ("rejected", "silent", "busy-1", "busy-99"):
        assert f"{name}@" not in ended.said


class TestPublishing:
    def test_shows_nobody_and_nothing_of_a_file(self, published: Ended) -> None:
        assert "line" in published.err
        assert_private(published)

    def test_shows_nobody_in_an_error(self, program: Program) -> None:
        ended = program("publish", "alert", "--email", "canary at sea", "-m", "canary")
        assert ended.code == exit_codes.USAGE
        assert_private(ended)


class TestTheLog:
    def test_shows_nobody_and_nothing(self, worked: Ended) -> None:
        assert "refused" in worked.err
        assert "in-doubt" in worked.err
        assert_private(worked)


@pytest.mark.usefixtures("worked")
class TestAsking:
    @pytest.mark.parametrize("event_id", [*ADDRESSES, "late"])
    def test_shows_nobody_in_the_story_of(self, program: Program, event_id: str) -> None:
        shown = program("show", event_id)
        assert shown.code == exit_codes.DONE
        assert_private(shown)

    def test_shows_nobody_to_a_machine(self, program: Program) -> None:
        for event_id in (*ADDRESSES, "late"):
            shown = program("show", event_id, "--json")
            assert shown.code == exit_codes.DONE
            assert_private(shown)

    @pytest.mark.parametrize(
        "command",
        [
            ["list"],
            ["stats"],
            ["check"],
            ["audit"],
            ["dlq", "list"],
            ["list", "--json"],
            ["stats", "--json"],
            ["check", "--json"],
            ["dlq", "list", "--json"],
            ["show", "refused", "--follow"],
            ["show", "refused", "--follow", "--json"],
        ],
        ids=" ".join,
    )
    def test_shows_nobody_in_a(self, program: Program, command: list[str]) -> None:
        asked = program(*command)
        assert asked.code == exit_codes.DONE
        assert_private(asked)

    def test_shows_them_to_whom_it_is_to_reveal_them(self, program: Program) -> None:
        shown = program("show", "told", "--reveal").said
        assert "canary-1@example.com" in shown
        assert "+12125550101" in shown
        listed = program("list", "--reveal").said
        assert "canary-1@example.com" in listed

    def test_never_shows_a_message_whatever_it_reveals(self, program: Program) -> None:
        assert "canary in" not in program("show", "told", "--reveal").said
