"""What does every DeadLetterTopic keep to?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import pytest

from adapters.wire.dead_letter import encode_dead_letter
from application.errors import StreamUnavailable
from application.ports.dead_letter_topic import DeadLetterTopic
from tests.contracts.dead_letters import of_notification, unreadable
from tests.runner import Run


class Topic(ABC):
    """One topic, empty at first."""

    @abstractmethod
    async def topic(self) -> DeadLetterTopic: ...

    @abstractmethod
    async def published(self) -> list[bytes | None]:
        """All that lies in it."""

    async def close(self) -> None:  # noqa: B027 - there may be nothing to close
        """Let go of everything that was opened."""

    @abstractmethod
    async def go_away(self) -> None:
        """From now on nothing reaches it."""

    @abstractmethod
    async def come_back(self) -> None: ...


class DeadLetterTopicContract(ABC):
    @abstractmethod
    def open_topic(self) -> Topic: ...

    @pytest.fixture
    def place(self, run: Run) -> Iterator[Topic]:
        place = self.open_topic()
        yield place
        run(place.close())

    @pytest.fixture
    def topic(self, place: Topic, run: Run) -> DeadLetterTopic:
        return run(place.topic())

    def test_durable_in_the_order_given_when_it_returns(
        self, topic: DeadLetterTopic, place: Topic, run: Run
    ) -> None:
        letters = [unreadable(3), of_notification(), unreadable(1), unreadable(value=None)]
        run(topic.publish(letters[:3]))
        run(topic.publish(letters[3:]))
        assert run(place.published()) == [encode_dead_letter(letter) for letter in letters]

    def test_publishing_one_again_puts_it_there_again_equal(
        self, topic: DeadLetterTopic, place: Topic, run: Run
    ) -> None:
        run(topic.publish([of_notification()]))
        run(topic.publish([of_notification()]))
        first, second = run(place.published())
        assert first == second

    def test_publishing_none_puts_nothing_there(
        self, topic: DeadLetterTopic, place: Topic, run: Run
    ) -> None:
        run(topic.publish([]))
        assert run(place.published()) == []

    def test_takes_a_record_of_any_size(
        self, topic: DeadLetterTopic, place: Topic, run: Run
    ) -> None:
        run(topic.publish([unreadable(value=b"x" * 1_000_000)]))
        assert len(run(place.published())) == 1

    def test_raises_stream_unavailable(
        self, topic: DeadLetterTopic, place: Topic, run: Run
    ) -> None:
        run(place.go_away())
        with pytest.raises(StreamUnavailable):
            run(topic.publish([unreadable()]))
        run(place.come_back())
        run(topic.publish([of_notification()]))
        assert encode_dead_letter(of_notification()) in run(place.published())
