"""Does the SMTP sender keep to what a sender promises, on a real socket?"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from adapters.mail.originator import Originator
from adapters.smtp.options import SmtpOptions, Tls
from adapters.smtp.sender import SmtpSender
from application.ports.sender import Sender
from domain.outcome import Accepted, Deferred, Outcome, ProviderDown, Rejected, Unknown
from domain.recipient import Recipient, email_address
from tests.contracts.sender import Provider, SenderContract
from tests.servers.smtp import EXTENSIONS, Act, Answer, SmtpServer

#: At which stage what must be said, so that the outcome is of this kind.
ANSWERS: dict[type[Outcome], tuple[str, Answer]] = {
    Accepted: ("rcpt", "250 2.1.5 ok"),
    Deferred: ("rcpt", "450 4.2.1 too fast"),
    Rejected: ("rcpt", "550 5.1.1 no such mailbox"),
    Unknown: ("dot", Act.RESET),
    ProviderDown: ("rcpt", "421 4.3.2 closing"),
}


class Relay(Provider):
    can_answer = frozenset(ANSWERS)

    def __init__(self, extensions: tuple[str, ...]) -> None:
        self._extensions = extensions
        self._numbers = count()

    async def sender(self) -> Sender:
        self._server = await SmtpServer(extensions=self._extensions).start()
        options = SmtpOptions(
            host=self._server.host,
            port=self._server.port,
            originator=Originator(address="no-reply@example.com"),
            tls=Tls.NONE,
        )
        self._sender = SmtpSender(options)
        return self._sender

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        people = [email_address(f"ada-{next(self._numbers)}@example.com") for _ in kinds]
        for kind, person in zip(kinds, people, strict=True):
            stage, answer = ANSWERS[kind]
            self._server.will(stage, answer, to=person.address)
        return people

    def hand_overs(self) -> int:
        return sum(command.startswith("RCPT") for command in self._server.commands)

    def stall(self) -> None:
        self._server.will_always("mail", Act.HANG)

    async def close(self) -> None:
        await self._sender.close()
        await self._server.stop()


class TestSmtpSender(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Relay(EXTENSIONS)


class TestSmtpSenderWithoutPipelining(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Relay(EXTENSIONS[1:])
