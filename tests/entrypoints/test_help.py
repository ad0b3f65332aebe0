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

WHAT_HELP_IMPORTS = """
import json, sys
from entrypoints.cli import main
sys.argv[1:] = ["--help"]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


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
            ["resolve"],
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
        ended = program.run(sys.executable, "-c", WHAT_HELP_IMPORTS)
        assert ended.code == exit_codes.DONE
        assert HEAVY & set(json.loads(ended.err)) == set()

    def test_makes_nothing(self, program: Program) -> None:
        program("--help")
        assert list(program.home.iterdir()) == []
