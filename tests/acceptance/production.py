"""How is the production assembly driven by scenarios, on real servers and under one clock?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from dependency_injector import providers
from redis.asyncio import Redis

from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.memory.clock import MemoryClock
from adapters.memory.telemetry import MemoryTelemetry
from adapters.smtp.sender import SmtpSender
from adapters.twilio.sender import TwilioSender
from domain.notification import Notification
from domain.receipt import Receipt, ReceiptVerdict
from entrypoints.channels import CHANNELS
from entrypoints.container import Purpose, Tidings
from entrypoints.load_production_settings import load_production_settings
from entrypoints.production import Production
from entrypoints.providers import smtp_options, twilio_callbacks, twilio_options
from entrypoints.servers import kafka_options
from tests.acceptance.assembly import Assembly
from tests.acceptance.providers import ORIGINATOR, PlayedRelay, PlayedTwilio, Watched
from tests.servers.smtp import SmtpServer
from tests.servers.together import Servers, ask
from tests.servers.twilio import TwilioServer, callback

#: How long to stay away a relay cannot say; a row of its table does.
_REPLIES = """
[[row]]
name = "half a minute of peace"
text = "half a minute of peace"
codes = ["451"]
outcome = "deferred"
retry_after = 30
source = "this test"
"""
_TOKEN = "not-a-secret"
_SAID = {
    ReceiptVerdict.TAKEN: "sent",
    ReceiptVerdict.DELIVERED: "delivered",
    ReceiptVerdict.UNDELIVERED: "undelivered",
}
_CHANGING = ("notifications", "states", "trail", "leases", "dead_letters", "sightings", "receipts")
_FUNCTION = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END $$"""
_NO_ROOM, _WRONG_ROW = "53100", "23514"


class HandMovedClock(MemoryClock):
    """In the place of the database's clock, which nobody moves."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


class ProductionAssembly(Assembly):
    def __init__(self, folder: Path, servers: Servers) -> None:
        self._folder = folder
        self._servers = servers
        self._worker: Production | None = None

    async def open(self, **settings: object) -> None:
        self.clock = HandMovedClock()
        self._relay, self._twilio = SmtpServer(), TwilioServer(now=self.clock.now)
        await self._relay.start()
        await self._twilio.start()
        self.senders = {"email": PlayedRelay(self._relay), "sms": PlayedTwilio(self._twilio)}
        replies = self._folder.with_name("replies.toml")
        replies.write_text(_REPLIES)
        self._settings = load_production_settings(
            smtp_from=ORIGINATOR.address,
            smtp_host=self._relay.host,
            smtp_port=self._relay.port,
            smtp_replies=replies,
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token=_TOKEN,
            twilio_from="+15550001111",
            twilio_base_url=self._twilio.url,
            twilio_status_callback="https://tidings.example.com/v1/callbacks/twilio",
            twilio_callback_key="not a secret either",
            **await self._servers.renew(),
            **settings,
        )
        options = kafka_options(self._settings)
        self._producer = KafkaEventPublisher(options, self._settings.kafka_topic)
        await self._producer.open()

    async def close(self) -> None:
        await self._end_worker()
        await self._producer.close()
        await self._relay.stop()
        await self._twilio.stop()

    async def tidings(self) -> Tidings:
        """The one before is gone; only its connections are closed for it."""
        await self._end_worker()
        container = Production(
            settings=self._settings, purpose=Purpose.WORK, running=CHANNELS, waits=None
        )
        container.clock.override(providers.Object(self.clock))
        container.telemetry.override(providers.Object(MemoryTelemetry()))
        container.publisher.override(providers.Object(self._producer))
        email = Watched(SmtpSender(smtp_options(self._settings)), self.senders["email"].handed_over)
        sms = Watched(TwilioSender(twilio_options(self._settings)), self.senders["sms"].handed_over)
        container.email_sender.override(providers.Object(email))
        container.sms_sender.override(providers.Object(sms))
        self._worker = container
        opening = container.init_resources()
        assert opening is not None
        await opening
        tidings = container.tidings()
        assert isinstance(tidings, Tidings)
        return tidings

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            closing = worker.shutdown_resources()
            assert closing is not None
            await closing

    def receipt(self, handed_over: Notification, verdict: ReceiptVerdict) -> Receipt:
        """As Twilio would post it, under its signature and ours."""
        callbacks, options = twilio_callbacks(self._settings), twilio_options(self._settings)
        assert callbacks is not None
        assert options.callback is not None
        url = options.callback.of(handed_over)
        [message] = [each for each in self._twilio.messages if each.status_callback == url]
        posted = callback(message, _SAID[verdict], auth_token=_TOKEN)
        query = urlsplit(posted.url).query
        now = self.clock.now()
        receipt = callbacks.receive(query, posted.form, posted.signature, now=now)
        assert isinstance(receipt, Receipt)
        return receipt

    async def start_again(self, at: datetime) -> None:
        pytest.skip("time is the database's here: to set a machine's clock changes nothing")

    async def rewind(self) -> None:
        """Another group has committed nothing; Redis forgets what it knew to be accepted."""
        group = {"kafka_group_id": f"tidings-{uuid4().hex[:8]}"}
        self._settings = self._settings.model_copy(update=group)
        redis = Redis.from_url(self._servers.redis)
        async for key in redis.scan_iter(f"{self._settings.redis_prefix}:*:accepted:*"):
            await redis.delete(key)
        await redis.aclose()

    async def break_store(self) -> None:
        """Its disk is full: it can be read, and takes nothing."""
        await self._ask(
            _FUNCTION.format(code=_NO_ROOM),
            *(
                f"""CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""
                for table in _CHANGING
            ),
        )

    async def mend_store(self) -> None:
        await self._ask("DROP FUNCTION refuse CASCADE")

    async def refuse(self, event_id: str) -> None:
        await self._ask(
            _FUNCTION.format(code=_WRONG_ROW),
            f"""CREATE TRIGGER refuse BEFORE INSERT ON notifications
            FOR EACH ROW WHEN (NEW.event_id = '{event_id}') EXECUTE FUNCTION refuse()""",
        )

    async def refuse_nothing(self) -> None:
        await self.mend_store()

    async def _ask(self, *statements: str) -> None:
        await ask(self._servers.database, *statements)
