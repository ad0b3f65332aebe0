"""What do the tests of the SMTP sender work with?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.mail.originator import Originator
from adapters.smtp.options import Patience, SmtpOptions, Tls
from adapters.smtp.sender import SmtpSender
from domain.notification import Notification
from domain.outcome import Outcome
from domain.recipient import Recipient, email_address
from tests.contracts.given import begun, event, newborn
from tests.servers.smtp import EXTENSIONS, SmtpServer

ORIGINATOR = Originator(address="no-reply@example.com", name="Tidings")
WITHOUT_PIPELINING = tuple(one for one in EXTENSIONS if one != "PIPELINING")
LONG = timedelta(seconds=60)


class Seconds:
    """How old connections are, when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


PATIENT = Patience(opening=LONG, command=LONG, data_block=LONG, final_dot=LONG)


def impatient(*phases: str) -> Patience:
    """Patient in all phases but these, in which the relay of the test never answers."""
    return replace(PATIENT, **dict.fromkeys(phases, timedelta(milliseconds=20)))


def mail_for(
    address: str = "ada@example.com", *, number: int = 1, text: str = "Your parcel has arrived"
) -> Notification:
    to = email_address(address) if address.isascii() else Recipient(address, address)
    told = newborn(f"event-{number}", of=event(f"event-{number}", text=text))
    return replace(told, recipient=to)


class Relay:
    """A scripted server and a sender that knows it, until the test is over."""

    def __init__(
        self,
        server: SmtpServer | None = None,
        *,
        seconds: Callable[[], float] | None = None,
        **options: Any,
    ) -> None:
        self.server = server or SmtpServer()
        self._seconds = seconds or Seconds()
        self._options: dict[str, Any] = {"tls": Tls.NONE, "patience": PATIENT, **options}

    async def __aenter__(self) -> Relay:
        await self.server.start()
        self.options = SmtpOptions(
            host=self.server.host,
            port=self.server.port,
            originator=ORIGINATOR,
            **self._options,
        )
        self.sender = SmtpSender(self.options, seconds=self._seconds)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sender.close()
        await self.server.stop()

    async def send(self, notification: Notification | None = None) -> Outcome:
        [outcome] = await self.sender.send([notification or begun()])
        return outcome
