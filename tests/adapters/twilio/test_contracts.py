"""Does the Twilio sender keep to what a sender promises, on a real socket?"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from adapters.twilio.options import TwilioOptions
from adapters.twilio.sender import TwilioSender
from application.ports.sender import Sender
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import Recipient, phone_number
from tests.adapters.twilio.api import ACCOUNT
from tests.contracts.sender import Provider, SenderContract
from tests.servers.twilio import Act, Answer, TwilioServer, refusal

ANSWERS: dict[type[Outcome], Answer | None] = {
    Accepted: None,
    Deferred: refusal(400, 21611, "queue overflow"),
    Rejected: refusal(400, 21211, "invalid number"),
    Unknown: Act.RESET,
    ProviderDown: refusal(401, 20003, "authenticate"),
}


class Twilio(Provider):
    can_answer = frozenset(ANSWERS)

    def __init__(self) -> None:
        self._numbers = count()

    async def sender(self) -> Sender:
        self._server = await TwilioServer().start()
        self._sender = TwilioSender(TwilioOptions(base_url=self._server.url, **ACCOUNT))
        await self._sender.open()
        return self._sender

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        people = [phone_number(f"+1555{next(self._numbers):07}") for _ in kinds]
        for kind, person in zip(kinds, people, strict=True):
            answer = ANSWERS[kind]
            if answer is not None:
                self._server.will(answer, to=person.address)
        return people

    def hand_overs(self) -> int:
        return len(self._server.posts)

    def stall(self) -> None:
        self._server.will_always(Act.HANG)

    async def close(self) -> None:
        await self._sender.close()
        await self._server.stop()


class TestTwilioSender(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Twilio()
