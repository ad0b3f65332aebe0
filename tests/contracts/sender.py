"""What does every Sender keep to?"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Found, NotFound, Outcome, ProviderDown, Unknown
from domain.recipient import Recipient
from tests.contracts.given import begun
from tests.runner import Run, together


class Provider(ABC):
    """The other side of the sender. What a binding cannot bring about is skipped, and shows."""

    #: What this provider can be made to answer.
    can_answer: frozenset[type[Outcome]] = frozenset({Accepted})

    @abstractmethod
    async def sender(self) -> Sender: ...

    @abstractmethod
    def will_answer(self, *kinds: type[Outcome]) -> list[Recipient]:
        """Whom to hand over to next, in this order, to be answered so."""

    @abstractmethod
    def hand_overs(self) -> int:
        """How many it has seen begin so far."""

    def stall(self) -> None:
        """From now on it does not answer; whoever hands over to it waits."""
        pytest.skip("the binding cannot make the provider stall")

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""


class SenderContract(ABC):
    @abstractmethod
    def open_provider(self, folder: Path) -> Provider:
        """A new one; `folder` is empty and its own."""

    @pytest.fixture
    def provider(self, run: Run, tmp_path: Path) -> Iterator[Provider]:
        provider = self.open_provider(tmp_path)
        yield provider
        run(provider.close())

    @pytest.fixture
    def sender(self, provider: Provider, run: Run) -> Sender:
        return run(provider.sender())

    @staticmethod
    def notifications(provider: Provider, *kinds: type[Outcome]) -> list[Notification]:
        return [
            replace(begun(f"event-{number}"), recipient=recipient)
            for number, recipient in enumerate(provider.will_answer(*kinds))
        ]

    @staticmethod
    def kinds(provider: Provider, count: int) -> list[type[Outcome]]:
        """All that it can answer, provider-down aside, one after the other, `count` times."""
        able = sorted(provider.can_answer - {ProviderDown}, key=lambda kind: kind.__name__)
        return [able[number % len(able)] for number in range(count)]

    def test_one_call_may_carry_one_or_more(self, sender: Sender) -> None:
        assert sender.takes >= 1

    def test_it_answers_with_one_outcome_for_each_in_the_order_given(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        kinds = self.kinds(provider, max(sender.takes, 7))
        waiting = self.notifications(provider, *kinds)
        outcomes: list[Outcome] = []
        while waiting:
            batch, waiting = waiting[: sender.takes], waiting[sender.takes :]
            answers = run(sender.send(batch))
            assert len(answers) == len(batch)
            outcomes += answers
        assert [type(outcome) for outcome in outcomes] == kinds

    def test_it_hands_each_over_once(self, provider: Provider, sender: Sender, run: Run) -> None:
        for count, notification in enumerate(self.notifications(provider, *[Accepted] * 3)):
            run(sender.send([notification]))
            assert provider.hand_overs() == count + 1

    def test_it_answers_nothing_with_nothing(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        assert list(run(sender.send([]))) == []
        assert list(run(sender.find([]))) == []
        assert provider.hand_overs() == 0

    def test_it_raises_nothing_when_its_provider_is_down(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        if ProviderDown not in provider.can_answer:
            pytest.skip("the binding cannot take the provider down")
        [outcome] = run(sender.send(self.notifications(provider, ProviderDown)))
        assert isinstance(outcome, ProviderDown)

    def test_it_raises_nothing_for_what_the_provider_cannot_be_given(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        [notification] = self.notifications(provider, Accepted)
        odd = replace(
            notification.event,
            subject="a\r\nBcc: eve@example.com\u2028" + "ü" * 2000,
            text="\x01\ud800" + "x" * 100_000,
            html="\udfff",
        )
        [outcome] = run(sender.send([replace(notification, event=odd)]))
        assert isinstance(outcome, Outcome)

    def test_what_it_answers_has_words(self, provider: Provider, sender: Sender, run: Run) -> None:
        for notification in self.notifications(provider, *self.kinds(provider, 5)):
            [outcome] = run(sender.send([notification]))
            assert outcome.reason

    def test_a_later_hand_over_is_not_before_a_moment_that_has_passed(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        """Units: `retry_after` is a length of time from now, and is never negative."""
        for notification in self.notifications(provider, *self.kinds(provider, 5)):
            [outcome] = run(sender.send([notification]))
            if isinstance(outcome, Deferred | ProviderDown) and outcome.retry_after is not None:
                assert outcome.retry_after.total_seconds() >= 0

    def test_concurrent_callers_are_safe(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        kinds = self.kinds(provider, 24)
        notifications = self.notifications(provider, *kinds)
        calls = [sender.send([notification]) for notification in notifications]
        answers = run(together(*calls))
        assert [type(outcome) for [outcome] in answers] == kinds
        taken = [one.provider_id for [one] in answers if isinstance(one, Accepted)]
        named = [provider_id for provider_id in taken if provider_id is not None]
        assert len(named) == len(set(named))
        assert provider.hand_overs() == 24

    def test_it_raises_cancellation(self, provider: Provider, sender: Sender, run: Run) -> None:
        [notification] = self.notifications(provider, Accepted)
        provider.stall()

        async def cut_off() -> None:
            hand_over = asyncio.ensure_future(sender.send([notification]))
            done, _ = await asyncio.wait({hand_over}, timeout=0)
            assert not done
            hand_over.cancel()
            await hand_over

        with pytest.raises(asyncio.CancelledError):
            run(cut_off())

    def test_find_answers_for_each_and_changes_nothing(
        self, provider: Provider, sender: Sender, run: Run
    ) -> None:
        kind = Unknown if Unknown in provider.can_answer else Accepted
        lost = self.notifications(provider, *[kind] * 3)
        for notification in lost:
            run(sender.send([notification]))
        for _ in range(2):
            findings = run(sender.find(lost))
            assert len(findings) == 3
            assert all(isinstance(finding, Found | NotFound) for finding in findings)
        assert provider.hand_overs() == 3
