"""What happened in production? The relay, Kafka and PostgreSQL tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.group import LeaveGroupRequest

from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import administration
from tests.chaos.evidence import Evidence, Key
from tests.deployment.ground import Ground
from tests.servers.smtp import Received

_NUMBER = re.compile(r"Message (\d+)")
_TABLES = {
    "notifications": """
        SELECT s.*, n.event_id, n.topic, n.partition, n.record_offset
        FROM states AS s JOIN notifications AS n USING (id)""",
    "trail": "SELECT * FROM trail",
    "sightings": "SELECT * FROM sightings",
    "dead_letters": "SELECT * FROM dead_letters",
    "leases": "SELECT *, until_at > clock_timestamp() AS lives FROM leases",
}
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'"""
_UNSETTLED = """
    SELECT (SELECT count(*) FROM dead_letters WHERE NOT published) + (
        SELECT count(*) FROM states WHERE lease IS NOT NULL
        OR NOT (status IN ('SENT', 'FAILED') OR coalesce(waiting_for, '') = 'person'))"""


@dataclass(frozen=True, slots=True)
class Witness:
    """`group` is the lane's: it has one channel, which is email."""

    ground: Ground

    async def evidence(self) -> Evidence:
        """Each later than what must not be ahead of it, so that others may work meanwhile."""
        mails = list(self.ground.relay.received)
        places = await self._places()
        tables = await self._tables()
        tables["places"] = places
        tables["records"] = await self._records(self.ground.topic)
        tables["dead_letter_topic"] = await self._records(f"{self.ground.topic}-dlq")
        told: Counter[Key] = Counter()
        message_ids: dict[Key, set[str]] = {}
        for key, message_id in map(_read, mails):
            told[key] += 1
            message_ids.setdefault(key, set()).add(message_id)
        return Evidence(told, message_ids, tables)

    async def is_settled(self) -> bool:
        """Everything has been read, and no worker has anything left to do."""
        async with self._database() as database:
            if await database.fetchval(_UNSETTLED):
                return False
        ends = await self._ends()
        return (
            ends.items()
            <= {place["partition"]: place["next_offset"] for place in await self._places()}.items()
        )

    async def workers(self) -> int:
        """How many have moved something."""
        async with self._database() as database:
            return int(await database.fetchval('SELECT count(DISTINCT "by") FROM trail'))

    async def bury(self) -> None:
        """Of a killed worker: let what it has sent arrive, and its time run out at once.

        Its lease would last for a minute, and its place in the group for half of one.
        """
        async with self._database() as database:
            while await database.fetchval(_OTHERS):
                pass
            await database.execute("UPDATE leases SET until_at = clock_timestamp()")
        async with administration(self._kafka) as admin:
            [group] = await admin.describe_consumer_groups([self._group])
            [(_, _, _, _, _, members, *_)] = group.groups
            coordinator = await admin.find_coordinator(self._group)
            for member_id, *_ in members:
                request = LeaveGroupRequest(self._group, member_id)
                await admin._send_request(request, coordinator)

    @property
    def _group(self) -> str:
        return f"{self.ground.settings['KAFKA_GROUP_ID']}-email"

    @property
    def _kafka(self) -> KafkaOptions:
        return KafkaOptions(brokers=self.ground.brokers)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self.ground.database)
        try:
            yield connection
        finally:
            await connection.close()

    async def _tables(self) -> dict[str, list[dict[str, Any]]]:
        async with (
            self._database() as database,
            database.transaction(isolation="repeatable_read", readonly=True),
        ):
            return {
                name: [dict(row) for row in await database.fetch(statement)]
                for name, statement in _TABLES.items()
            }

    async def _places(self) -> list[dict[str, Any]]:
        async with administration(self._kafka) as admin:
            committed = await admin.list_consumer_group_offsets(self._group)
        return [
            {"reader": "email", "partition": place.partition, "next_offset": at.offset}
            for place, at in committed.items()
        ]

    async def _ends(self) -> dict[int, int]:
        """Of each partition, where there is anything."""
        records = await self._records(self.ground.topic)
        return {each["partition"]: each["offset"] + 1 for each in records}

    async def _records(self, topic: str) -> list[dict[str, Any]]:
        """Everything that lies there."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.ground.brokers, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            return await _read_all(consumer, topic)
        finally:
            await consumer.stop()


async def _read_all(consumer: AIOKafkaConsumer, topic: str) -> list[dict[str, Any]]:
    await consumer._client._wait_on_metadata(topic)
    partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    found: list[Any] = []
    while len(found) < sum(ends.values()):
        for batch in (await consumer.getmany(timeout_ms=1000)).values():
            found += batch
    return [
        {"partition": each.partition, "offset": each.offset, "value": each.value} for each in found
    ]


def _read(mail: Received) -> tuple[Key, str]:
    """Which notification it tells of, and its Message-ID."""
    message = message_from_bytes(mail.message)
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    found = _NUMBER.search(text.decode())
    assert found is not None, text
    return (f"event-{found[1]:0>4}", "email"), message["Message-ID"]
