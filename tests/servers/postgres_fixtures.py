"""Which PostgreSQL do the tests of one session share?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers.postgres import PostgresServer, ServerMissing


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer.start(in_memory=True)
    except ServerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"not run: {missing}")
        pytest.skip(f"not run: {missing}")
    yield server
    server.stop()
