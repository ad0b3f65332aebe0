"""Can a person find every event again, with what became of it and why?"""

from __future__ import annotations

from uuid import UUID

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Ended, Program

ENDINGS = [
    ("signup-ada", "email", "SENT"),
    ("signup-ada", "sms", "SENT"),
    ("signup-grace", "sms", "SENT"),
    ("payment-1001", "email", "SENT"),
    ("payment-1001", "sms", "SENT"),
    ("payment-deferred-twice", "email", "SENT"),
    ("payment-deferred-twice", "sms", "SENT"),
    ("payment-refused", "email", "FAILED"),
    ("payment-refused", "sms", "FAILED"),
    ("signup-wrong-address", "email", "FAILED"),
    ("signup-wrong-address", "sms", "SENT"),
    ("signup-uncertain", "email", "UNCERTAIN"),
    *((f"alert-burst-{number}", "email", "SENT") for number in range(1, 8)),
]


def rows(listed: Ended) -> set[tuple[str, str, str]]:
    """(event, channel, status), wherever in its line each stands."""
    assert listed.code == exit_codes.DONE, listed
    events = {event for event, _, _ in ENDINGS}
    statuses = {"PENDING", "SENDING", "RETRYING", "UNCERTAIN", "SENT", "DELIVERED", "FAILED"}
    found: set[tuple[str, str, str]] = set()
    for line in listed.out.splitlines():
        words = set(line.split())
        if words & events:
            [event], [channel], [status] = (
                words & events,
                words & {"email", "sms"},
                words & statuses,
            )
            found.add((event, channel, status))
    return found


class TestListing:
    def test_shows_every_ending_of_the_sample(self, told: Program) -> None:
        listed = told("list", "--limit", "100")
        assert rows(listed) == set(ENDINGS)
        assert "not JSON" in listed.out

    @pytest.mark.parametrize("status", ["SENT", "failed", "PENDING"])
    def test_can_be_of_one_status(self, told: Program, status: str) -> None:
        wanted = {row for row in ENDINGS if row[2] == status.upper()}
        assert rows(told("list", "--limit", "100", "--status", status)) == wanted

    @pytest.mark.parametrize("channel", ["email", "sms"])
    def test_can_be_of_one_channel(self, told: Program, channel: str) -> None:
        wanted = {row for row in ENDINGS if row[1] == channel}
        assert rows(told("list", "--limit", "100", "--channel", channel)) == wanted

    def test_can_be_of_one_status_and_one_channel(self, told: Program) -> None:
        listed = told("list", "--status", "FAILED", "--channel", "sms")
        assert rows(listed) == {("payment-refused", "sms", "FAILED")}

    @pytest.mark.parametrize(
        ("arguments", "wanted"),
        [
            pytest.param(
                ["--event", "signup-ada"],
                {("signup-ada", "email", "SENT"), ("signup-ada", "sms", "SENT")},
                id="one event",
            ),
            pytest.param(
                ["--event", "signup-ada", "--channel", "sms", "--to", "+1 555 123 4567"],
                {("signup-ada", "sms", "SENT")},
                id="one event, channel and recipient",
            ),
            pytest.param(
                ["--waiting", "Person"], {("signup-uncertain", "email", "UNCERTAIN")}, id="waiting"
            ),
            pytest.param(["--waiting", "rate"], set(), id="waiting for nothing more"),
            pytest.param(["--from", "2020-01-01"], set(ENDINGS), id="from"),
            pytest.param(["--before", "2020-01-01"], set(), id="before"),
            pytest.param(["--before", "2020-01-01T09:30+02:00"], set(), id="before, elsewhere"),
            pytest.param(
                ["--status", "FAILED", "--type", "USER_SIGNED_UP", "--before", "9999-01-01"],
                {("signup-wrong-address", "email", "FAILED")},
                id="status, type and time",
            ),
        ],
    )
    def test_can_be_of(
        self, told: Program, arguments: list[str], wanted: set[tuple[str, str, str]]
    ) -> None:
        assert rows(told("list", "--limit", "100", *arguments)) == wanted

    def test_goes_on_page_by_page(self, told: Program) -> None:
        whole = told("list", "--limit", "100", "--channel", "email").out.splitlines()
        lines: list[str] = []
        page = told("list", "--limit", "4", "--channel", "email").out.splitlines()
        while "--after" in page[-1] and len(lines) < len(whole):
            lines += page[:-1]
            last = page[-1].split()[-1]
            page = told("list", "-n", "4", "--channel", "email", "--after", last).out.splitlines()
        lines += page
        assert [line.split() for line in lines] == [line.split() for line in whole]

    def test_says_how_to_go_on_before_it_tells_what_could_not_be_read(self, told: Program) -> None:
        lines = told("list", "--limit", "2").out.splitlines()
        [more] = [place for place, line in enumerate(lines) if "--after" in line]
        assert lines[more + 1 : more + 3] == ["", "Unreadable records"]
        assert [line for line in lines if line != line.rstrip()] == []
        assert lines[-1]

    def test_says_nothing_of_more_if_there_is_none(self, told: Program) -> None:
        assert "--after" not in told("list", "--event", "signup-ada", "--limit", "2").out

    def test_says_why(self, told: Program) -> None:
        said = told("list", "--status", "FAILED").said
        for words in ("550 5.1.1", "21610", "not an email address"):
            assert words in said

    def test_is_no_longer_than_was_asked(self, told: Program) -> None:
        assert len(rows(told("list", "--limit", "3"))) == 3

    def test_says_so_if_there_is_nothing(self, program: Program) -> None:
        assert program("up", "--until-idle").code == exit_codes.DONE
        ended = program("list")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert ended.out.strip()

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            pytest.param(["--status", "LOST"], "UNCERTAIN", id="no such status"),
            pytest.param(["--channel", "fax"], "sms", id="no such channel"),
            pytest.param(["--limit", "0"], "--limit", id="none at all"),
            pytest.param(["--waiting", "luck"], "person", id="no such wait"),
            pytest.param(["--from", "yesterday"], "2026-03-01T12:00", id="no such instant"),
            pytest.param(["--after", "there"], "last line", id="no id"),
            pytest.param(["--after", str(UUID(int=0))], "no notification", id="an id of nothing"),
        ],
    )
    def test_asks_for_what_there_is(self, told: Program, arguments: list[str], said: str) -> None:
        ended = told("list", *arguments)
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert said in ended.err
        assert arguments[0] in ended.err


class TestTheStoryOfAnEvent:
    @pytest.mark.parametrize(
        ("event_id", "words"),
        [
            pytest.param("signup-ada", ["SENT", "email", "sms"], id="told on both channels"),
            pytest.param(
                "payment-deferred-twice",
                ["attempt 1 deferred", "attempt 2 deferred", "attempt 3 taken", "450 4.2.1"],
                id="deferred twice",
            ),
            pytest.param("payment-1001", ["duplicate"], id="published twice"),
            pytest.param("payment-refused", ["rejected", "550 5.1.1", "21610"], id="refused"),
            pytest.param("signup-wrong-address", ["invalid", "SENT"], id="half of it wrong"),
            pytest.param("signup-uncertain", ["UNCERTAIN", "Next:"], id="in doubt"),
            pytest.param("alert-burst-7", ["rate rule", "SENT"], id="held by the rate rule"),
        ],
    )
    def test_is_told(self, told: Program, event_id: str, words: list[str]) -> None:
        ended = told("show", event_id)
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert [word for word in words if word not in ended.said] == []

    def test_is_not_known_of_an_event_that_never_was(self, told: Program) -> None:
        ended = told("show", "never-was")
        assert (ended.code, ended.out) == (exit_codes.NOT_ALL, "")
        assert "never-was" in ended.err

    def test_has_not_begun_before_the_event_is_read(self, program: Program) -> None:
        published = program(
            "publish", "alert", "--email", "ada@example.com", "-m", "Hot", "--id", "fresh"
        )
        assert published.code == exit_codes.DONE
        ended = program("show", "fresh")
        assert (ended.code, ended.out) == (exit_codes.NOT_ALL, "")
        assert "tidings up" in ended.err

    def test_can_be_read_with_the_addresses(self, told: Program) -> None:
        assert "ada@example.com" not in told("show", "signup-ada").out
        assert "ada@example.com" in told("show", "signup-ada", "--reveal").out


class TestAFolderWithoutData:
    @pytest.mark.parametrize(
        "command", [["list"], ["show", "x"], ["stats"], ["dlq", "list"]], ids=" ".join
    )
    def test_is_an_error_and_is_not_made(self, program: Program, command: list[str]) -> None:
        ended = program(*command)
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert "tidings up" in ended.said
        assert list(program.home.iterdir()) == []


#: As a shell gives it.
NO_TEXT = r"$'\xff'"


class TestWhatIsNoText:
    @pytest.mark.parametrize(
        ("command", "number"),
        [
            pytest.param("show {}", 2, id="show"),
            pytest.param("list --event {}", 3, id="an event"),
            pytest.param("list --type={}", 2, id="a type"),
            pytest.param("list --to {} --json", 3, id="an address, for a machine"),
            pytest.param("dlq list --reason {}", 4, id="a reason"),
            pytest.param("resolve signup-uncertain sent --why {}", 5, id="why"),
            pytest.param("resolve signup-uncertain sent --why x --by {}", 7, id="by whom"),
            pytest.param("publish alert --email ada@example.com -m {}", 6, id="a message"),
        ],
    )
    def test_is_a_mistake_in_an_argument(self, told: Program, command: str, number: int) -> None:
        ended = told.run("bash", "-c", f"tidings {command.format(NO_TEXT)}")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert f"argument {number} is not text in UTF-8" in ended.said

    @pytest.mark.parametrize(
        "command", ["list --data {}", "list --data={}", "publish --file {}", "publish -f {}"]
    )
    def test_may_be_the_name_of_a_file(self, program: Program, command: str) -> None:
        ended = program.run("bash", "-c", f"tidings {command.format(NO_TEXT)}")
        assert ended.code in (exit_codes.USAGE, exit_codes.UNAVAILABLE)
        assert "UTF-8" not in ended.said


class TestAStreamThatIsClosed:
    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
    @pytest.mark.parametrize("command", ["list", "list --json", "check"])
    def test_is_as_good_as_none(self, told: Program, command: str, closed: str) -> None:
        ended = told.run("bash", "-c", f"tidings {command} {closed}")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert bool(ended.out) is (">&-" not in closed.split())

    def test_is_read_as_if_nothing_was_in_it(self, program: Program) -> None:
        ended = program.run("bash", "-c", "tidings publish --file - <&-")
        assert (ended.code, ended.said) == (exit_codes.DONE, "Published 0 events.")


class TestAReaderWhoLeaves:
    @pytest.mark.parametrize(
        "command",
        [
            "list --limit 100",
            "list --json",
            "show payment-refused --follow --json",
            "stats",
            "show signup-ada",
            "dlq list",
            "--help",
        ],
    )
    def test_ends_it_without_a_word(self, told: Program, command: str) -> None:
        ended = told.run("bash", "-c", f'tidings {command} | true; echo "${{PIPESTATUS[0]}}"')
        assert (int(ended.out), ended.err) == (exit_codes.DONE, "")
