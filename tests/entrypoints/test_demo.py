"""Does the demo show the whole job to somebody who has just arrived?"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import SCRIPTS, Ended, Program
from tests.entrypoints.test_asking import ENDINGS, rows

HALF_A_MINUTE = 30.0


@dataclass(frozen=True, slots=True)
class Demo:
    program: Program
    ended: Ended
    seconds: float

    @classmethod
    def run(cls, program: Program, *command: str) -> Demo:
        begun = time.monotonic()
        ended = program.run(*command)
        return cls(program, ended, time.monotonic() - begun)

    @property
    def suggested(self) -> list[str]:
        """The commands in its last lines, as somebody would copy them."""
        return [line.strip() for line in self.ended.out.splitlines() if "--data" in line]

    def assert_suggests_what_works(self) -> None:
        assert len(self.suggested) == 3
        for command in self.suggested:
            answer = self.program.run("sh", "-c", command)
            assert (answer.code, answer.err) == (exit_codes.DONE, ""), command
            assert answer.out


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> list[Demo]:
    """Two in a row, in the same folder."""
    program = Program(tmp_path_factory.mktemp("demo"))
    return [Demo.run(program, "tidings", "demo") for _ in range(2)]


class TestTheDemo:
    def test_ends_well_within_half_a_minute_once_and_once_more(self, demos: list[Demo]) -> None:
        for demo in demos:
            assert (demo.ended.code, demo.ended.err) == (exit_codes.DONE, "")
            assert demo.seconds < HALF_A_MINUTE

    def test_shows_every_kind_of_ending(self, demos: list[Demo]) -> None:
        said = demos[-1].ended.said
        for words in ("SENT", "FAILED", "UNCERTAIN", "unreadable", "attempt 2 deferred"):
            assert words in said, words

    def test_leaves_the_sample_at_its_endings(self, demos: list[Demo]) -> None:
        listed = demos[-1].program("list", "--limit", "100", "--data", "tidings-demo/data")
        assert rows(listed) == set(ENDINGS)

    def test_ends_in_three_commands_that_work(self, demos: list[Demo]) -> None:
        demos[-1].assert_suggests_what_works()

    def test_leaves_what_would_be_sent_to_be_read(self, demos: list[Demo]) -> None:
        outbox = demos[-1].program.home / "tidings-demo" / "data" / "outbox"
        emails = [file.name for file in outbox.glob("email/*.eml")]
        assert len([name for name in emails if "alert-burst" in name]) == 7
        assert len([name for name in emails if "signup-uncertain" in name]) == 3
        assert [name for name in emails if "payment-refused" in name] == []
        assert len(list(outbox.glob("sms/*.txt"))) == 5


class TestADemoInAnUnusualPlace:
    """Called by its path, in a folder with a space, among settings of a real system."""

    @pytest.fixture(scope="class")
    @staticmethod
    def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
        program = Program(
            tmp_path_factory.mktemp("unusual"), KAFKA_BROKERS="kafka:9092", EMAIL_PROVIDER="null"
        )
        return Demo.run(program, str(SCRIPTS / "tidings"), "demo", "--data", "my demo")

    def test_ends_well(self, demo: Demo) -> None:
        assert demo.ended.code == exit_codes.DONE

    def test_sends_nothing_but_to_its_outbox(self, demo: Demo) -> None:
        assert len(list(demo.program.home.glob("my demo/data/outbox/email/*.eml"))) == 13

    def test_ends_in_three_commands_that_work(self, demo: Demo) -> None:
        here = Demo(demo.program.with_(TIDINGS_ENV="embedded"), demo.ended, demo.seconds)
        here.assert_suggests_what_works()


class TestAFolderThatNoDemoMade:
    def test_is_left_as_it_is(self, program: Program) -> None:
        (program.home / "thesis.tex").touch()
        ended = program("demo", "--data", str(program.home))
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
        assert (program.home / "thesis.tex").exists()

    @pytest.mark.parametrize("name", ["file", "file/folder"], ids=["a file", "within a file"])
    def test_is_not_taken_if_it_is(self, program: Program, name: str) -> None:
        (program.home / "file").touch()
        ended = program("demo", "--data", name)
        assert (ended.code, ended.out) == (exit_codes.UNAVAILABLE, "")
