"""What does every Telemetry keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod

import pytest

from application.errors import StoreUnavailable
from application.ports.telemetry import Batch, Telemetry
from domain.circuit import Circuit
from domain.outcome import ProviderDown, Rejected
from domain.repeat import Repeat
from tests.contracts.given import BY, EMAIL, NOW, begun, failed, full_event, newborn, waiting


class Listener(ABC):
    """Who watches the lanes."""

    @abstractmethod
    def telemetry(self) -> Telemetry: ...

    @abstractmethod
    def heard(self) -> str:
        """All that was said so far."""


class TelemetryContract(ABC):
    @abstractmethod
    def open_listener(self) -> Listener: ...

    @pytest.fixture
    def listener(self) -> Listener:
        return self.open_listener()

    @pytest.fixture
    def telemetry(self, listener: Listener) -> Telemetry:
        return listener.telemetry()

    def test_it_never_raises(self, telemetry: Telemetry) -> None:
        telemetry.taken_in("email", Batch(records=0))
        added = [begun(), waiting(), failed(), newborn(of=full_event())]
        repeats = dict.fromkeys(Repeat, 1)
        telemetry.taken_in("ümail", Batch(records=9, added=added, repeats=repeats))
        telemetry.settled("email", [])
        telemetry.settled("email", added)
        telemetry.circuit_moved("email", Circuit(), words="", rule="")
        telemetry.circuit_moved("ümail", Circuit(), words="{0} %s [red] \ud800", rule="")
        telemetry.trouble("email", "writing {x} %d", ValueError())
        telemetry.trouble("email", "reading", StoreUnavailable("\udfff away", fix="wait"))

    def test_it_tells_what_will_not_be_tried_again(
        self, listener: Listener, telemetry: Telemetry
    ) -> None:
        refused = Rejected(reason="550", rule="refused")
        failed = begun().settle(refused, channel=EMAIL, now=NOW, by=BY, wake_at=NOW)
        telemetry.settled("email", [failed])
        assert "email" in listener.heard()

    def test_it_holds_no_personal_data(self, listener: Listener, telemetry: Telemetry) -> None:
        ada = failed()
        telemetry.taken_in("email", Batch(records=2, added=[ada, begun()]))
        telemetry.settled("email", [ada, begun()])
        telemetry.trouble("email", "sending", RuntimeError("no mailbox ada@example.com here"))
        for personal in ("ada@example.com", "+15551234567", "Your parcel has arrived"):
            assert personal not in listener.heard()


class OverseerContract(TelemetryContract):
    """Of who watches over the lanes themselves, and not over single events alone."""

    def test_it_tells_of_trouble(self, listener: Listener, telemetry: Telemetry) -> None:
        telemetry.trouble("sms", "claiming what is due", StoreUnavailable("away", fix="wait"))
        assert "sms" in listener.heard()
        assert "claiming what is due" in listener.heard()

    def test_it_tells_when_a_circuit_opens_and_when_it_closes(
        self, listener: Listener, telemetry: Telemetry
    ) -> None:
        down = ProviderDown(reason="535 bad credentials", needs_operator=True)
        opened = Circuit().after(down, of=begun().id, now=NOW)
        assert opened.is_open
        telemetry.circuit_moved("email", opened, words="535", rule="")
        first = listener.heard()
        assert first
        telemetry.circuit_moved("email", Circuit(), words="250", rule="")
        assert len(listener.heard()) > len(first)
