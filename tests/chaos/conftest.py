"""On which servers do the workers of one module, or of one class, work?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployment.ground import Ground, new_ground
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer


@pytest.fixture(scope="module")
def chaos_ground(kafka_brokers: str, postgres: PostgresServer, valkey_url: str) -> Iterator[Ground]:
    with new_ground(kafka_brokers, postgres, valkey_url) as ground:
        yield ground


@pytest.fixture(scope="class")
def ground_of_our_own(
    kafka_server: KafkaServer, postgres: PostgresServer, valkey_server: ValkeyServer
) -> Iterator[Ground]:
    """On servers that may be taken away."""
    if not postgres.is_ours:
        pytest.skip("PostgreSQL is lent: it is left alone")
    with new_ground(kafka_server.brokers, postgres, valkey_server.url) as ground:
        yield ground
