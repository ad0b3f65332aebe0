"""Is anything lost, or told twice, when a server goes away in the middle and comes back?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.chaos.production import Production, gone
from tests.chaos.production_invariants import ToldOnce
from tests.chaos.worker import Run
from tests.chaos.workload import ordinary_and_otherwise
from tests.deployment.ground import Ground
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer

Outage = tuple[str, Callable[[], AbstractContextManager[None]]]


@contextmanager
def silent(server: KafkaServer) -> Iterator[None]:
    server.pause()
    try:
        yield
    finally:
        server.resume()


class Outages(ToldOnce):
    """Each with some 500 notifications, of which some are told before."""

    @pytest.fixture(scope="class", name="chaos")
    @staticmethod
    def _chaos(
        outage: Outage, ground_of_our_own: Ground, tmp_path_factory: pytest.TempPathFactory
    ) -> Run:
        words, goes_away = outage
        work = ordinary_and_otherwise(500, channels=("email",))
        production = Production(tmp_path_factory.mktemp("outage"), ground_of_our_own, work)
        production.publishes(work.lines)
        with production.worker() as worker:
            production.works_until(50, worker)
            with goes_away():
                worker.wait_until_it_says(words)
            return production.comes_to_rest(worker)


class TestPostgresThatIsKilledInTheMiddle(Outages):
    @pytest.fixture(scope="class")
    @staticmethod
    def outage(postgres: PostgresServer) -> Outage:
        return "PostgreSQL", lambda: gone(postgres)


class TestValkeyThatIsKilledAndComesBackEmptyInTheMiddle(Outages):
    @pytest.fixture(scope="class")
    @staticmethod
    def outage(valkey_server: ValkeyServer) -> Outage:
        return "Redis", lambda: gone(valkey_server)


class TestKafkaThatIsSilentInTheMiddle(Outages):
    @pytest.fixture(scope="class")
    @staticmethod
    def outage(kafka_server: KafkaServer) -> Outage:
        return "Kafka does not answer", lambda: silent(kafka_server)
