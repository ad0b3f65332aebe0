"""What do the tests of Redis share?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.redis.redis import Place
from tests.runner import Run
from tests.servers.valkey import ValkeyServer


@pytest.fixture
def place(valkey_url: str, run: Run) -> Iterator[Place]:
    place = Place(valkey_url)
    yield place
    run(place.close())


@pytest.fixture
def own(valkey_server: ValkeyServer, run: Run) -> Iterator[Place]:
    """On a server that a test may harm, as long as it mends it."""
    place = Place(valkey_server.url)
    yield place
    run(place.close())


@pytest.fixture(scope="session")
def cluster_url(valkey_cluster: ValkeyServer) -> str:
    return valkey_cluster.url
