"""What do the tests of the Twilio sender work with?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from adapters.twilio.options import TwilioOptions
from adapters.twilio.sender import TwilioSender
from domain.notification import Notification
from domain.outcome import Finding, Outcome
from domain.recipient import phone_number
from tests.contracts.given import NOW, SMS, event, newborn
from tests.servers.twilio import TwilioServer

GRACE = "+15551234567"
SID, TOKEN, FROM = "AC" + "0" * 32, "a secret token", "+15550001111"
ACCOUNT: dict[str, Any] = {"account_sid": SID, "auth_token": TOKEN, "from_number": FROM}
#: Long enough to connect, and for the test of a server that never answers.
SOON = timedelta(milliseconds=300)


def sms_for(
    number: str = GRACE,
    *,
    text: str = "Your parcel has arrived",
    event_id: str = "event-1",
    begun_at: datetime = NOW,
) -> Notification:
    born = newborn(event_id, of=event(event_id), channel=SMS)
    said = replace(born.event, text=text)
    return replace(born, event=said, recipient=phone_number(number), begun_at=begun_at)


class Twilio:
    """A scripted server and a sender that knows it, until the test is over."""

    def __init__(self, **options: Any) -> None:
        self.server = TwilioServer(now=lambda: NOW)
        self._options = {"patience": timedelta(seconds=60), **ACCOUNT, **options}

    async def __aenter__(self) -> Twilio:
        await self.server.start()
        self.sender = TwilioSender(TwilioOptions(**{"base_url": self.server.url} | self._options))
        await self.sender.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sender.close()
        await self.server.stop()

    async def send(self, notification: Notification | None = None) -> Outcome:
        [outcome] = await self.sender.send([notification or sms_for()])
        return outcome

    async def find(self, notification: Notification | None = None) -> Finding:
        [finding] = await self.sender.find([notification or sms_for()])
        return finding
