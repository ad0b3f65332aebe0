"""Is a channel added by registering it, with no change to domain, lane or store?

As docs/adding-a-channel.md says, on the embedded assembly: the store is a real one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from adapters.memory.clock import MemoryClock
from adapters.sqlite.event_source import SqliteEventSource
from adapters.sqlite.notification_history import SqliteNotificationHistory
from adapters.wire.decoder import WireDecoder
from application.ports.notification_history import Chapter
from domain.channel import Channel
from domain.circuit import CircuitPolicy
from domain.failure import Failure
from domain.rate import RateRule
from domain.retry import RetryPolicy
from domain.status import Status, Wait
from domain.uncertainty import UncertaintyPolicy
from entrypoints.channels import ADDRESS_FIELDS, CHANNELS
from entrypoints.container import ChannelKit, Embedded, Purpose, Tidings
from entrypoints.settings import Settings
from tests.runner import Run
from tests.webhook.receiver import Receiver
from tests.webhook.recipient import webhook_url
from tests.webhook.sender import WebhookSender

NAME = "webhook"

WEBHOOK = Channel(
    name=NAME,
    address_field="webhook",
    read_recipient=webhook_url,
    rate_rule=RateRule(limit=3, window=timedelta(minutes=1)),
    retry_policy=RetryPolicy(),
    uncertainty_policy=UncertaintyPolicy(resends=2),  # the receiver knows a repeated one
    circuit_policy=CircuitPolicy(),
)


def with_webhooks(container: Embedded) -> WebhookSender:
    """All that registering is."""
    sender = WebhookSender(patience=timedelta(minutes=1))
    decoder = providers.Singleton(WireDecoder, (*ADDRESS_FIELDS, WEBHOOK.address_field))
    container.decoder.override(decoder)
    container.history.override(
        providers.Singleton(
            SqliteNotificationHistory, container.database, decoder, (*CHANNELS, NAME)
        )
    )
    source = providers.Factory(SqliteEventSource, container.database, NAME, container.clock)
    channel, provider = providers.Object(WEBHOOK), providers.Object(sender)
    kit = providers.Factory(ChannelKit, channel=channel, source=source, sender=provider)
    for registered, one in (
        (container.core.channels, channel),
        (container.core.kits, kit.provider),
    ):
        assert isinstance(registered, providers.Dict)
        registered.add_kwargs(webhook=one)
    container.senders.add_kwargs(webhook=provider.provider)
    return sender


class Service:
    def __init__(self, folder: Path, run: Run) -> None:
        self.clock = MemoryClock()
        self.run = run
        self.container = Embedded(
            settings=Settings(tidings_data=folder),
            purpose=Purpose.WORK,
            running=[*CHANNELS, NAME],
        )
        self.container.clock.override(providers.Object(self.clock))
        with_webhooks(self.container)
        self.receiver = run(self._open())
        self.tidings: Tidings = self.container.tidings()

    def publish(self, *payloads: dict[str, str]) -> None:
        events = [
            {
                "eventId": f"event-{n}",
                "messageType": "ALERT_RAISED",
                "timestamp": 0,
                "payload": each,
            }
            for n, each in enumerate(payloads, start=1)
        ]
        self.run(self.tidings.publish_events([json.dumps(each).encode() for each in events]))
        self.turn()

    def turn(self) -> None:
        self.run(self.tidings.lanes.turn())

    def story(self, event_id: str) -> Sequence[Chapter]:
        return self.run(self.tidings.history.story(event_id))

    def only(self, event_id: str) -> Chapter:
        [chapter] = self.story(event_id)
        return chapter

    async def _open(self) -> Receiver:
        opening = self.container.init_resources()
        assert opening is not None
        await opening
        return await Receiver().start()

    async def close(self) -> None:
        closing = self.container.shutdown_resources()
        assert closing is not None
        await closing
        await self.receiver.stop()


@pytest.fixture
def service(tmp_path: Path, run: Run) -> Iterator[Service]:
    service = Service(tmp_path / "data", run)
    yield service
    run(service.close())


class TestAThirdChannel:
    def test_tells_whom_the_event_names(self, service: Service) -> None:
        service.publish({"webhook": service.receiver.url(200, "shop"), "message": "Look!"})
        notification = service.only("event-1").notification
        key = f"{notification.id}-1"
        assert service.receiver.received == [
            ("shop", key, {"eventId": "event-1", "message": "Look!"})
        ]
        assert (notification.channel, notification.status) == (NAME, Status.SENT)

    def test_works_beside_the_others(self, service: Service) -> None:
        url = service.receiver.url(200, "shop")
        service.publish({"webhook": url, "email": "ada@example.com", "message": "Look!"})
        channels = {chapter.notification.channel for chapter in service.story("event-1")}
        assert channels == {NAME, "email"}

    def test_tells_once(self, service: Service) -> None:
        again = {"webhook": service.receiver.url(200, "shop"), "message": "Look!"}
        service.publish(again)
        service.publish(again)
        assert len(service.receiver.received) == 1

    def test_waits_as_its_receiver_asks_and_tries_again(self, service: Service) -> None:
        service.publish({"webhook": service.receiver.url(429, "shop"), "message": "Look!"})
        service.clock.advance(timedelta(seconds=29))
        service.turn()
        assert len(service.receiver.received) == 1
        service.clock.advance(timedelta(seconds=1))
        service.turn()
        assert len(service.receiver.received) == 2
        assert service.only("event-1").notification.status is Status.RETRYING

    def test_keeps_its_rate_rule(self, service: Service) -> None:
        url = service.receiver.url(200, "shop")
        service.publish(*({"webhook": url, "message": f"{n}"} for n in range(5)))
        assert len(service.receiver.received) == 3
        assert service.only("event-5").notification.waiting_for is Wait.RATE

    def test_has_dead_letters(self, service: Service) -> None:
        service.publish({"webhook": service.receiver.url(410, "shop"), "message": "Look!"})
        chapter = service.only("event-1")
        assert [letter.reason for letter in chapter.dead_letters] == [Failure.REJECTED]

    def test_fails_for_an_address_that_is_none(self, service: Service) -> None:
        service.publish({"webhook": "ftp://example.com", "message": "Look!"})
        assert service.only("event-1").notification.failure is Failure.INVALID

    def test_does_what_its_policy_says_when_contact_is_lost(self, service: Service) -> None:
        service.publish({"webhook": service.receiver.url("drop", "shop"), "message": "Look!"})
        keys = [key for _, key, _ in service.receiver.received]
        assert len(keys) == 3
        assert len(set(keys)) == 1
        assert service.only("event-1").notification.waiting_for is Wait.PERSON
