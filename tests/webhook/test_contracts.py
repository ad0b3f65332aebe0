"""Does a sender that nobody thought of keep to what every sender promises?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from application.ports.sender import Sender
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import Recipient
from tests.contracts.sender import Provider, SenderContract
from tests.webhook.receiver import Receiver, nobody
from tests.webhook.recipient import webhook_url
from tests.webhook.sender import WebhookSender

_ANSWERS: Mapping[type[Outcome], int | str] = {
    Accepted: 200,
    Deferred: 429,
    Rejected: 410,
    Unknown: "drop",
}


class Webhook(Provider):
    can_answer = frozenset({*_ANSWERS, ProviderDown})

    def __init__(self) -> None:
        self._sender = WebhookSender(patience=timedelta(minutes=1))
        self._told = 0

    async def sender(self) -> Sender:
        self._receiver = await Receiver().start()
        await self._sender.open()
        return self._sender

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        return [webhook_url(self._url(kind)) for kind in kinds]

    def hand_overs(self) -> int:
        return len(self._receiver.received)

    def stall(self) -> None:
        self._receiver.stalls = True

    async def close(self) -> None:
        await self._sender.close()
        await self._receiver.stop()

    def _url(self, kind: type[Outcome]) -> str:
        self._told += 1
        who = f"shop-{self._told}"
        return nobody() if kind is ProviderDown else self._receiver.url(_ANSWERS[kind], who)


class TestWebhookSender(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Webhook()
