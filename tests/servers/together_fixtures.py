"""Which servers do the tests of the production assembly share in one session?"""

from __future__ import annotations

import pytest

from tests.servers.postgres import PostgresServer
from tests.servers.together import Servers


@pytest.fixture(scope="session")
def servers(kafka_brokers: str, postgres: PostgresServer, valkey_url: str) -> Servers:
    return Servers.prepare(kafka_brokers, postgres, valkey_url)
