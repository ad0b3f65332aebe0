"""Which Valkey do the tests of one session share?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers.valkey import ValkeyMissing, ValkeyServer, free_port, given


def started(*arguments: str) -> Iterator[ValkeyServer]:
    """What cannot be started is said; where CI is set, that fails."""
    try:
        server = ValkeyServer.start(*arguments)
    except ValkeyMissing as reason:
        if os.environ.get("CI"):
            pytest.fail(f"not run: {reason}")
        pytest.skip(f"not run: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """Started once, for tests that pause it, kill it or change its settings."""
    yield from started()


@pytest.fixture(scope="session")
def valkey_cluster() -> Iterator[ValkeyServer]:
    """A cluster of one, which has all slots."""
    for server in started("--cluster-enabled", "yes", "--cluster-port", str(free_port())):
        server.command("CLUSTER ADDSLOTSRANGE 0 16383")
        server.wait_for("CLUSTER INFO", "cluster_state:ok")
        yield server


@pytest.fixture(scope="session")
def valkey_url(request: pytest.FixtureRequest) -> str:
    """That of TEST_REDIS_URL, or of the one that is started."""
    lent = given()
    if lent is not None:
        return lent
    server: ValkeyServer = request.getfixturevalue("valkey_server")
    return server.url
