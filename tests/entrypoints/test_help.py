"""Is help at hand at once, and for every command?"""

from __future__ import annotations

import json
import sys

import pytest

from entrypoints import exit_codes
from tests.entrypoints.program import Program

#: What costs a person who asks for help more than they would wait for.
HEAVY = {
    "adapters",
    "asyncio",
    "concurrent",
    "dependency_injector",
    "email_validator",
    "msgspec",
    "pydantic",
    "pydantic_settings",
    "rich.progress",
    "sqlite3",
    "structlog",
    "uvloop",
}

#: What nobody needs who asks the embedded assembly.
OF_PRODUCTION = {
    "adapters.kafka",
    "adapters.postgres",
    "adapters.redis",
    "adapters.smtp",
    "adapters.twilio",
    "entrypoints.production_settings",
    "structlog",
}

WHAT_IS_IMPORTED = """
import json, sys
from entrypoints.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(program: Program, *arguments: str) -> set[str]:
    """By the whole of a command."""
    ended = program.run(sys.executable, "-c", WHAT_IS_IMPORTED, *arguments)
    return set(json.loads(ended.err.splitlines()[-1]))


class TestHelp:
    @pytest.mark.parametrize(
        "command",
        [
            [],
            ["demo"],
            ["up"],
            ["publish"],
            ["publish", "alert"],
            ["show"],
            ["list"],
            ["stats"],
            ["check"],
            ["audit"],
            ["forget"],
            ["resolve"],
            ["lanes", "pause"],
            ["dlq", "replay"],
        ],
        ids=" ".join,
    )
    def test_is_given_for(self, program: Program, command: list[str]) -> None:
        ended = program(*command, "--help")
        assert (ended.code, ended.err) == (exit_codes.DONE, "")
        assert "Usage: tidings" in ended.said

    def test_is_given_to_somebody_who_says_nothing(self, program: Program) -> None:
        ended = program()
        assert ended.code == exit_codes.USAGE
        assert "demo" in ended.said

    def test_is_offered_to_somebody_who_errs(self, program: Program) -> None:
        ended = program("sing")
        assert (ended.code, ended.out) == (exit_codes.USAGE, "")
        assert "--help" in ended.err or "-h" in ended.err

    def test_needs_nothing_heavy(self, program: Program) -> None:
        assert HEAVY & imported(program, "--help") == set()

    def test_makes_nothing(self, program: Program) -> None:
        program("--help")
        assert list(program.home.iterdir()) == []


def test_asking_needs_nothing_of_production(told: Program) -> None:
    assert OF_PRODUCTION & imported(told, "list") == set()
