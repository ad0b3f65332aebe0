"""Which Kafka do the tests of one session share?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.servers.kafka import KafkaServer, given
from tests.servers.kafka_program import CannotStart


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[KafkaServer]:
    """Started once, for tests that pause it, kill it, or ask for TLS."""
    try:
        server = KafkaServer.start()
    except CannotStart as reason:
        if os.environ.get("CI"):
            pytest.fail(f"not run: {reason}")
        pytest.skip(f"not run: {reason}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka_brokers(request: pytest.FixtureRequest) -> str:
    """Those of TEST_KAFKA_BROKERS, or of the one that is started."""
    lent = given()
    if lent is not None:
        return lent
    server: KafkaServer = request.getfixturevalue("kafka_server")
    return server.brokers
