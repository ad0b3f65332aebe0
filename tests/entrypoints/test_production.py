"""Does one event go all the way, from Kafka over PostgreSQL and Redis to the providers?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from adapters.postgres.migrate import migrate
from domain.status import Status
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.settings import Settings
from tests.runner import Run
from tests.servers.smtp import SmtpServer
from tests.servers.together import Servers, ask
from tests.servers.twilio import TwilioServer

_LOOK_EVERY = 0.05  # seconds


@asynccontextmanager
async def providers() -> AsyncIterator[tuple[SmtpServer, TwilioServer]]:
    relay, twilio = SmtpServer(), TwilioServer()
    await relay.start()
    await twilio.start()
    try:
        yield relay, twilio
    finally:
        await relay.stop()
        await twilio.stop()


def settings_of(
    given: Mapping[str, Any], relay: SmtpServer, twilio: TwilioServer, **others: Any
) -> Settings:
    return load_settings(
        tidings_env="production",
        smtp_host=relay.host,
        smtp_port=relay.port,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="not-a-secret",
        twilio_from="+15550001111",
        twilio_base_url=twilio.url,
        **given,
        **others,
    )


async def work_to_the_end(settings: Settings) -> None:
    """As a worker does, until nothing is left that moves by itself."""
    stopping = asyncio.Event()
    async with open_tidings(settings, Purpose.WORK) as tidings, asyncio.TaskGroup() as tasks:
        tasks.create_task(tidings.lanes.run(stopping))
        while not await tidings.lanes.is_at_rest():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(_LOOK_EVERY)
        stopping.set()


#: As kafkajs 2.2.4 wrote them.
RECORDED = Path(__file__).parents[1] / "adapters" / "wire" / "kafkajs-records.jsonl"


async def publish(settings: Settings, *events: Mapping[str, Any]) -> None:
    async with open_tidings(settings, Purpose.PUBLISH) as tidings:
        await tidings.publish_events([json.dumps(event).encode() for event in events])


def event(event_id: str, **payload: str) -> dict[str, Any]:
    return {
        "eventId": event_id,
        "messageType": "USER_SIGNED_UP",
        "timestamp": 1700000000000,
        "payload": {"message": "Welcome!", **payload},
    }


async def statuses(tidings: Tidings, event_id: str) -> dict[str, Status]:
    story = await tidings.history.story(event_id)
    return {each.notification.channel: each.notification.status for each in story}


@pytest.fixture
def given(servers: Servers, run: Run) -> dict[str, str]:
    return run(servers.renew())


class TestAnEvent:
    def test_is_told_by_email_and_sms_and_its_story_can_be_asked(
        self, given: dict[str, str], run: Run
    ) -> None:
        async def scenario() -> None:
            async with providers() as (relay, twilio):
                settings = settings_of(given, relay, twilio)
                both = event("order-1", email="ada@example.com", phoneNumber="+15551234567")
                await publish(settings, both)
                await work_to_the_end(settings)
                [mail], [message] = relay.received, twilio.messages
                assert "ada@example.com" in mail.rcpt
                assert (message.to, message.body) == ("+15551234567", "Welcome!")
                async with open_tidings(settings, Purpose.ASK) as tidings:
                    told = await statuses(tidings, "order-1")
                assert told == {"email": Status.SENT, "sms": Status.SENT}

        run(scenario())

    def test_as_a_producer_of_the_original_wrote_it_is_told_too(
        self, given: dict[str, str], run: Run
    ) -> None:
        recorded = RECORDED.read_text("utf-8").splitlines()[0]
        written: dict[str, Any] = json.loads(json.loads(recorded)["value"])
        asked = written["payload"]

        async def scenario() -> None:
            async with providers() as (relay, twilio):
                settings = settings_of(given, relay, twilio)
                await publish(settings, written)
                await work_to_the_end(settings)
                [mail], [message] = relay.received, twilio.messages
                assert asked["email"] in mail.rcpt
                assert (message.to, message.body) == (asked["phoneNumber"], asked["message"])
                async with open_tidings(settings, Purpose.ASK) as tidings:
                    told = await statuses(tidings, written["eventId"])
                assert told == {"email": Status.SENT, "sms": Status.SENT}

        run(scenario())

    def test_that_is_refused_lies_in_the_topic_of_dead_letters(
        self, given: dict[str, str], run: Run
    ) -> None:
        async def scenario() -> None:
            async with providers() as (relay, twilio):
                relay.will("rcpt", "550 5.1.1 no such mailbox")
                settings = settings_of(given, relay, twilio)
                await publish(settings, event("order-1", email="ada@example.com"))
                await work_to_the_end(settings)
            [letter] = await read(given["kafka_brokers"], given["kafka_dlq_topic"])
            assert letter["originalEvent"]["eventId"] == "order-1"
            assert (letter["channel"], letter["attempts"]) == ("EMAIL", 1)
            assert "no such mailbox" in letter["errorMessage"]

        run(scenario())


class TestTwoStoresOnOneRedis:
    def test_know_nothing_of_each_other(
        self, servers: Servers, given: dict[str, str], run: Run
    ) -> None:
        """What one has accepted, the other has not: it must not be passed over there."""

        async def scenario() -> None:
            async with providers() as (relay, twilio), another_database(servers) as database:
                one = settings_of(given, relay, twilio)
                group = f"{given['kafka_group_id']}-other"
                others = {"database_url": database, "kafka_group_id": group}
                await publish(one, event("order-1", email="ada@example.com"))
                for each in (one, settings_of(given | others, relay, twilio)):
                    await work_to_the_end(each)
                assert len(relay.received) == 2

        run(scenario())


@asynccontextmanager
async def another_database(servers: Servers) -> AsyncIterator[str]:
    name = f"tidings_{uuid4().hex[:8]}"
    await ask(servers.database, f"CREATE DATABASE {name}")
    url = urlsplit(servers.database)._replace(path=f"/{name}").geturl()
    await migrate(url)
    yield url
    await ask(servers.database, f"DROP DATABASE {name} WITH (FORCE)")


class TestALane:
    def test_without_credentials_does_not_start_and_the_other_does(
        self, given: dict[str, str], run: Run
    ) -> None:
        async def scenario() -> None:
            async with providers() as (relay, twilio):
                settings = settings_of(given, relay, twilio).model_copy(update={"twilio_from": ""})
                async with open_tidings(settings, Purpose.WORK) as tidings:
                    assert [lane.channel.name for lane in tidings.lanes.each] == ["email"]

        run(scenario())

    def test_can_run_alone(self, given: dict[str, str], run: Run) -> None:
        async def scenario() -> None:
            async with providers() as (relay, twilio):
                settings = settings_of(given, relay, twilio)
                async with open_tidings(settings, Purpose.WORK, channels=["sms"]) as tidings:
                    assert [lane.channel.name for lane in tidings.lanes.each] == ["sms"]

        run(scenario())


async def read(brokers: str, topic: str) -> list[dict[str, Any]]:
    """Everything that lies in a topic now."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=brokers, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        [partition] = consumer.assignment()
        [end] = (await consumer.end_offsets([partition])).values()
        found = []
        while await consumer.position(partition) < end:
            found.append(json.loads((await consumer.getone()).value))
        return found
    finally:
        await consumer.stop()
