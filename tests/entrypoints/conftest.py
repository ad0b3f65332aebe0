"""What do the tests of the commands share? A process costs a second, so some share one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.entrypoints.program import ROOT, Program
from tests.runner import Run
from tests.servers.together import Servers


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """In an empty folder."""
    return Program(tmp_path)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Where the sample events have been told to their end; only to be asked."""
    program = Program(
        tmp_path_factory.mktemp("told"),
        RATE_LIMIT_EMAIL="3",
        RATE_LIMIT_WINDOW="0.5",
        RETRY_DELAY_MS="10",
    )
    sample = str(ROOT / "examples" / "events.jsonl")
    assert program("publish", "--file", sample, "--as-they-are").code == 0
    ended = program("up", "--until-idle")
    assert ended.code == 0, ended
    return program


@pytest.fixture
def given(servers: Servers, run: Run) -> Mapping[str, str]:
    """As variables of the environment; nothing is sent to anybody."""
    settings = run(servers.renew())
    sending = {"EMAIL_PROVIDER": "outbox", "SMS_PROVIDER": "outbox"}
    return {name.upper(): value for name, value in settings.items()} | sending


@pytest.fixture
def production(program: Program, given: Mapping[str, str]) -> Program:
    return program.with_(TIDINGS_ENV="production", **given)
