"""How does an email reach a relay?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from time import monotonic

from adapters.mail.message import build_message
from adapters.smtp.mail import Mail, as_data
from adapters.smtp.options import SmtpOptions
from adapters.smtp.pool import Pool
from adapters.smtp.replies import ReplyTable
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Finding, NotFound, Outcome, ProviderDown, Rejected

# Nothing that could end the path, the command or the line (RFC 5321 4.1.2, RFC 6531 3.3).
_SAFE_PATH = re.compile(r"[^\s<>\x00-\x1f\x7f-\x9f]+@[^\s<>@\x00-\x1f\x7f-\x9f]+")


class SmtpSender(Sender):
    """Connections are opened when mails need them, and kept for the next ones."""

    takes = 1

    def __init__(self, options: SmtpOptions, *, seconds: Callable[[], float] = monotonic) -> None:
        self._options = options
        self._table = ReplyTable.load(options.own_replies)
        self.pool = Pool(options, seconds=seconds)

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return [await self._hand_over(notification) for notification in notifications]

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        return [NotFound(reason="a relay cannot be asked") for _ in notifications]

    async def knock(self) -> ProviderDown | None:
        """Can mails be handed over at all? If not, why; nobody is told anything."""
        heard = await self.pool.knock()
        if heard is None:
            return None
        outcome = self._table.decide(heard.stage, heard.reply, words=heard.words)
        if isinstance(outcome, ProviderDown):
            return outcome
        return ProviderDown(reason=outcome.reason, rule=outcome.rule)

    async def open(self) -> None:
        """Nothing yet: a mail that needs a connection opens it."""

    async def close(self) -> None:
        await self.pool.close()

    async def _hand_over(self, notification: Notification) -> Outcome:
        try:
            mail = self._mail(notification)
        except ValueError as error:
            return Rejected(
                reason=f"no mail can be made of it ({type(error).__name__})", rule="smtp:no mail"
            )
        heard = await self.pool.hand_over(mail)
        return self._table.decide(heard.stage, heard.reply, words=heard.words)

    def _mail(self, notification: Notification) -> Mail:
        """Raises ValueError for what no relay may be given."""
        recipient = notification.recipient.address
        if not _SAFE_PATH.fullmatch(recipient):
            raise ValueError("an address that could end its command")
        message = build_message(notification, self._options.originator)
        if self._options.idempotency_header:
            key = f"{notification.id.hex}.{notification.generation}"
            message = f"{self._options.idempotency_header}: {key}\r\n".encode() + message
        return Mail(
            originator=self._options.originator.address,
            recipient=recipient,
            data=as_data(message),
            size=len(message),
        )
