"""Does the outbox keep to what a sender promises?"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from threading import Event as Gate

from adapters.memory.clock import MemoryClock
from adapters.outbox.copies import OutboxCopies
from adapters.outbox.sender import OutboxSender, render_text
from application.ports.copies import Copies
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Outcome, ProviderDown, Unknown
from domain.recipient import Recipient, email_address
from tests.contracts.copies import CopiesContract, Played
from tests.contracts.sender import Provider, SenderContract


class Outbox(Provider):
    """What it takes, or may have taken, is a file; what it refuses leaves no trace to count."""

    can_answer = frozenset({Accepted, Unknown, ProviderDown})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._may_go_on = Gate()
        self._may_go_on.set()

    async def sender(self) -> Sender:
        return OutboxSender(self._folder, suffix=".txt", render=self._render, clock=MemoryClock())

    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        names = {
            Unknown: "silent@simulator.tidings.test",
            ProviderDown: "down@simulator.tidings.test",
        }
        return [
            email_address(names.get(kind, f"ada-{next(self._numbers)}@example.com"))
            for kind in kinds
        ]

    def hand_overs(self) -> int:
        return len(list(self._folder.iterdir()))

    def stall(self) -> None:
        self._may_go_on.clear()

    async def close(self) -> None:
        self._may_go_on.set()

    def _render(self, notification: Notification) -> bytes:
        self._may_go_on.wait()
        return render_text(notification)


class TestOutboxSender(SenderContract):
    def open_provider(self, folder: Path) -> Provider:
        return Outbox(folder)


class PlayedOutbox(Played):
    def __init__(self, folder: Path) -> None:
        self._folder = folder / "email"
        self._sender = OutboxSender(
            self._folder, suffix=".txt", render=render_text, clock=MemoryClock()
        )

    async def hand_over(self, notification: Notification) -> None:
        await self._sender.send([notification])

    async def copies(self) -> Copies:
        return OutboxCopies({"email": self._folder, "sms": self._folder / "is-not-there"})

    def written(self) -> int:
        return len(list(self._folder.iterdir()))


class TestOutboxCopies(CopiesContract):
    def open_played(self, folder: Path) -> Played:
        return PlayedOutbox(folder)
