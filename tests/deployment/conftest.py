"""What do the tests of the deployment share?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment.compose import FILE, NoParser, Parser, parser
from tests.deployment.ground import Ground, new_ground
from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="session")
def compose() -> Parser:
    """What cannot be built is said; where CI is set, that fails."""
    try:
        return parser()
    except NoParser as reason:
        if os.environ.get("CI"):
            pytest.fail(f"not run: {reason}")
        pytest.skip(f"not run: {reason}")


@pytest.fixture(scope="session")
def services(compose: Parser) -> dict[str, Any]:
    """As they are where nothing is set."""
    found: dict[str, Any] = compose.read(FILE.read_text())["services"]
    return found


@pytest.fixture
def ground(kafka_brokers: str, postgres: PostgresServer, valkey_url: str) -> Iterator[Ground]:
    with new_ground(kafka_brokers, postgres, valkey_url) as ground:
        yield ground


@pytest.fixture(scope="module")
def moving_ground(
    kafka_brokers: str, postgres: PostgresServer, valkey_url: str
) -> Iterator[Ground]:
    """For tests that look at one move from many sides."""
    with new_ground(kafka_brokers, postgres, valkey_url) as ground:
        yield ground
