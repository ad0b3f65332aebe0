"""How do scripted servers play the providers, in the words that the steps use?

What a step wants a provider to answer is said on the wire, by a relay and by Twilio's API. The
real senders hear it; who was handed over and who was taken is what came in there.
"""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes

from adapters.mail.message import message_id
from adapters.mail.originator import Originator
from adapters.smtp.sender import SmtpSender
from adapters.twilio.segments import sendable
from adapters.twilio.sender import TwilioSender
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import (
    Accepted,
    Deferred,
    Finding,
    Outcome,
    ProviderDown,
    Rejected,
    Unknown,
)
from tests.servers import smtp, twilio

ORIGINATOR = Originator(address="no-reply@example.com")
_OK = {"mail": "250 2.1.0 ok", "rcpt": "250 2.1.5 ok", "dot": "250 2.0.0 queued as 1"}


class Watched(Sender):
    """A real sender; whom it is asked to tell is noted on the way."""

    def __init__(self, sender: SmtpSender | TwilioSender, handed_over: list[Notification]) -> None:
        self._sender = sender
        self._handed_over = handed_over

    @property
    def takes(self) -> int:
        return self._sender.takes

    async def open(self) -> None:
        await self._sender.open()

    async def close(self) -> None:
        await self._sender.close()

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        self._handed_over.extend(notifications)
        return await self._sender.send(notifications)

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        return await self._sender.find(notifications)


class PlayedRelay:
    """Speaks as MemorySender does."""

    def __init__(self, server: smtp.SmtpServer) -> None:
        self.server = server
        self.handed_over: list[Notification] = []
        self._stalls_after: int | None = None

    @property
    def taken(self) -> list[Notification]:
        """What the relay had whole, known by its Message-IDs, in the order of the hand-overs: on
        several connections at once there is no other."""
        by_id = {message_id(each, ORIGINATOR): each for each in self.handed_over}
        ids = [message_from_bytes(each.message)["Message-ID"] for each in self.server.received]
        return [by_id[id_] for id_ in sorted(ids, key=list(by_id).index)]

    def will(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            for stage, answer in _on_the_wire(outcome).items():
                self.server.will(stage, answer)

    def will_always(self, outcome: Outcome) -> None:
        self.server.will_always("mail", _on_the_wire(outcome)["mail"])

    def come_back(self) -> None:
        self.server.will_always("mail", _OK["mail"])

    def stall_after(self, hand_overs: int) -> None:
        self._stalls_after = hand_overs
        self.server.will("dot", *[_OK["dot"]] * hand_overs)
        self.server.will_always("dot", smtp.Act.HANG)

    def answer_again(self) -> None:
        if self._stalls_after is not None:
            self.server.will_always("dot", _OK["dot"])
            self.server.let_go()

    async def wait_until_stalled(self) -> None:
        """All that were handed over lie there, and more of them than it answered."""
        assert self._stalls_after is not None
        received = self.server.received
        while len(received) <= self._stalls_after or len(received) < len(self.handed_over):
            await self.server.reached("dot")

    def know_unknown_ones(self) -> None:
        raise AssertionError("a relay cannot be asked")


def _on_the_wire(outcome: Outcome) -> dict[str, smtp.Answer]:
    """What is said at each stage that such a hand-over comes to."""
    match outcome:
        case Deferred(retry_after=wait):
            # The relay itself cannot say how long: a row of its table does.
            words = "451 4.3.2 busy, half a minute of peace" if wait else "450 4.3.2 busy"
            return {"mail": _OK["mail"], "rcpt": words}
        case Rejected(reason=words):
            return {"mail": _OK["mail"], "rcpt": words}
        case ProviderDown(needs_operator=True):
            return {"mail": "535 5.7.8 authentication failed"}
        case ProviderDown():
            return {"mail": "421 4.3.2 not accepting mail"}
        case Unknown():
            return {"mail": _OK["mail"], "rcpt": _OK["rcpt"], "dot": smtp.Act.DROP}
        case Accepted():
            return dict(_OK)


class PlayedTwilio:
    """The same, for SMS; what it took it does not tell before it is asked to know it."""

    def __init__(self, server: twilio.TwilioServer) -> None:
        self.server = server
        self.handed_over: list[Notification] = []
        self._stalls_after: int | None = None
        server.lists_what_it_took = False

    @property
    def taken(self) -> list[Notification]:
        by_words = {(n.recipient.address, sendable(n.event.text)): n for n in self.handed_over}
        return [by_words[message.to, message.body] for message in self.server.messages]

    def will(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            match outcome:
                case Rejected():
                    self.server.will(twilio.refusal(400, 21614, "not a mobile number"))
                case Unknown():
                    self.server.will(twilio.Act.RESET_AFTER_TAKING)
                case _:
                    raise AssertionError(f"no scenario wants {outcome} of the SMS provider")

    def will_always(self, outcome: Outcome) -> None:
        raise AssertionError(f"no scenario wants {outcome} of the SMS provider for good")

    def come_back(self) -> None: ...

    def stall_after(self, hand_overs: int) -> None:
        assert hand_overs == 0, "no scenario wants more"
        self._stalls_after = hand_overs
        self.server.will_always(twilio.Act.HANG_AFTER_TAKING)

    def answer_again(self) -> None:
        self.server.will_always(None)
        self.server.let_go()

    async def wait_until_stalled(self) -> None:
        await self.server.reached()

    def know_unknown_ones(self) -> None:
        self.server.lists_what_it_took = True
