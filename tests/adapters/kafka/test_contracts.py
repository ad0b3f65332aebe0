"""Do the adapters of Kafka keep to what their ports promise?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.neighbour import KafkaNeighbour
from application.errors import StreamUnavailable
from application.ports.dead_letter_topic import DeadLetterTopic
from application.ports.event_publisher import EventPublisher
from application.ports.event_source import EventSource
from application.ports.neighbour import Neighbour
from tests.adapters.kafka.rooms import IMPATIENT, Room, a_name
from tests.contracts.dead_letter_topic import DeadLetterTopicContract, Topic
from tests.contracts.event_publisher import EventPublisherContract
from tests.contracts.event_source import EventSourceContract
from tests.contracts.neighbour import NeighbourContract, Quarter
from tests.contracts.stream import Stream
from tests.runner import Run
from tests.servers.kafka import KafkaServer

#: No heart beats between two calls of a test, nor reaches a broker that is silent: whoever were
#: thrown out for that would have another place, and nothing to commit.
_PATIENCE = replace(IMPATIENT, session=timedelta(seconds=15))


class KafkaStream(Stream):
    """One partition of its own on the one broker."""

    def __init__(self, brokers: str, request: pytest.FixtureRequest) -> None:
        self.room = Room(brokers, patience=_PATIENCE)
        self.room.options = replace(self.room.options, answer_within=timedelta(seconds=2))
        self._request = request
        self._silent: KafkaServer | None = None
        self._sources: dict[str, KafkaEventSource] = {}

    async def publisher(self) -> EventPublisher:
        return await self.room.publisher()

    async def source(self, group: str) -> EventSource:
        if (before := self._sources.get(group)) is not None:
            await before.close()
        self._sources[group] = await self.room.source(f"{self.room.group}-{group}")
        return self._sources[group]

    async def close(self) -> None:
        await self.come_back()
        await self.room.close()

    async def restart(self) -> None:
        server = self._server()
        await self.close()
        self._sources = {}
        server.kill()
        server.start_again()

    async def go_away(self) -> None:
        self._silent = self._server()
        self._silent.pause()

    async def come_back(self) -> None:
        silent, self._silent = self._silent, None
        if silent is not None:
            await asyncio.to_thread(silent.resume)

    def _server(self) -> KafkaServer:
        """One that the tests may do such things to."""
        server = self._request.getfixturevalue("kafka_server")
        assert isinstance(server, KafkaServer)
        if self.room.options.brokers != server.brokers:
            pytest.skip("the brokers are lent: they are left alone")
        return server


class KafkaTopic(Topic):
    def __init__(self, brokers: str, request: pytest.FixtureRequest) -> None:
        self._stream = KafkaStream(brokers, request)
        self._neighbours: list[KafkaNeighbour] = []

    async def topic(self) -> DeadLetterTopic:
        return await self._stream.room.dead_letter_topic()

    async def published(self) -> list[bytes | None]:
        source = await self._stream.room.source(a_name())
        records: list[bytes | None] = []
        while batch := await source.poll(limit=100, wait_for=timedelta()):
            records += [record.value for record in batch]
        return records

    async def close(self) -> None:
        await self._stream.close()

    async def go_away(self) -> None:
        await self._stream.go_away()

    async def come_back(self) -> None:
        await self._stream.come_back()


class OnKafka:
    @pytest.fixture(autouse=True)
    def _brokers(self, kafka_brokers: str, request: pytest.FixtureRequest) -> None:
        self.brokers = kafka_brokers
        self.request = request

    def open_stream(self, folder: Path) -> Stream:
        return KafkaStream(self.brokers, self.request)

    def open_topic(self) -> Topic:
        return KafkaTopic(self.brokers, self.request)


class TestKafkaEventSource(OnKafka, EventSourceContract):
    pass


class TestKafkaEventPublisher(OnKafka, EventPublisherContract):
    pass


class TestKafkaDeadLetterTopic(OnKafka, DeadLetterTopicContract):
    pass


class KafkaQuarter(KafkaTopic, Quarter):
    async def neighbour(self) -> Neighbour:
        room = self._stream.room
        await room.make()
        neighbour = KafkaNeighbour(room.options, [room.topic])
        self._neighbours.append(neighbour)
        return neighbour

    async def close(self) -> None:
        for neighbour in self._neighbours:
            await neighbour.close()
        await super().close()


class TestKafkaNeighbour(OnKafka, NeighbourContract):
    def open_quarter(self, folder: Path) -> Quarter:
        return KafkaQuarter(self.brokers, self.request)

    def test_one_that_lacks_a_topic_is_said_to_with_the_fix(
        self, quarter: Quarter, run: Run
    ) -> None:
        assert isinstance(quarter, KafkaQuarter)
        neighbour = run(quarter.neighbour())
        assert isinstance(neighbour, KafkaNeighbour)
        lacking = KafkaNeighbour(neighbour.options, [*neighbour.topics, "no-such-topic"])
        with pytest.raises(StreamUnavailable, match=r"no-such-topic.*tidings topics"):
            run(lacking.look())
        run(lacking.close())
