"""What differs between the assemblies that scenarios run on?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from adapters.memory.clock import MemoryClock
from domain.notification import Notification
from domain.outcome import Outcome
from domain.receipt import Receipt, ReceiptVerdict
from entrypoints.container import Tidings


class Provider(Protocol):
    """What a step can say of a provider, and ask about it."""

    handed_over: list[Notification]

    @property
    def taken(self) -> Sequence[Notification]: ...

    def will(self, *outcomes: Outcome) -> None: ...

    def will_always(self, outcome: Outcome) -> None: ...

    def come_back(self) -> None: ...

    def stall_after(self, hand_overs: int) -> None: ...

    def answer_again(self) -> None: ...

    async def wait_until_stalled(self) -> None: ...

    def know_unknown_ones(self) -> None: ...


class Assembly:
    """One way to put Tidings together; the only thing that differs between the runs."""

    clock: MemoryClock
    senders: Mapping[str, Provider]

    @abstractmethod
    async def open(self, **settings: object) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def tidings(self) -> Tidings:
        """A new worker's view on what is stored."""

    def receipt(self, handed_over: Notification, verdict: ReceiptVerdict) -> Receipt:
        """What the provider says later of this hand-over."""
        return Receipt(
            notification_id=handed_over.id,
            generation=handed_over.generation,
            attempt=handed_over.attempt,
            verdict=verdict,
            words=verdict,
            received_at=self.clock.now(),
        )

    @abstractmethod
    async def start_again(self, at: datetime) -> None:
        """The process is gone; another finds what is stored, and the machine's clock at `at`."""

    @abstractmethod
    async def rewind(self) -> None:
        """Let every lane read the stream from its start again, as if it had committed nothing."""

    @abstractmethod
    async def break_store(self) -> None:
        """The worker cannot write any more; producers still can."""

    @abstractmethod
    async def mend_store(self) -> None: ...

    @abstractmethod
    async def refuse(self, event_id: str) -> None:
        """Make the store refuse what it is given of this event."""

    @abstractmethod
    async def refuse_nothing(self) -> None: ...
