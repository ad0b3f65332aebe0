"""Does the sender that drops everything keep to what a sender promises?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.null.sender import NullSender
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Outcome
from domain.recipient import Recipient, email_address
from tests.contracts.sender import Provider, SenderContract


class Counted(NullSender):
    """It keeps nothing, so whoever asks it has to count."""

    def __init__(self) -> None:
        self.hand_overs = 0

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        self.hand_overs += len(notifications)
        return await super().send(notifications)


class Nobody(Provider):
    """Takes everything."""

    can_answer = frozenset({Accepted})

    def __init__(self) -> None:
        self._sender = Counted()

    async def sender(self) -> Sender:
        return self._sender

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        return [email_address(f"ada-{number}@example.com") for number, _ in enumerate(kinds)]

    def hand_overs(self) -> int:
        return self._sender.hand_overs


class TestNullSender(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Nobody()
