"""Does every dead letter get into the topic, whatever fails in between?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.dead_letter_outbox import MemoryDeadLetterOutbox
from adapters.memory.dead_letter_topic import MemoryDeadLetterTopic
from adapters.memory.dead_letters import MemoryDeadLetters
from adapters.memory.stream import Stream
from adapters.wire.dead_letter import encode_dead_letter
from application.errors import StoreUnavailable, StreamUnavailable
from application.publish_dead_letters import BATCH, PublishDeadLetters
from domain.dead_letter import DeadLetter
from domain.errors import UnreadableEvent
from domain.record import Record
from tests.builders import a_position, at
from tests.runner import Run


def letter(offset: int) -> DeadLetter:
    record = Record(value=b"?", position=a_position(offset), appended_at=at())
    return DeadLetter.of_record(record, UnreadableEvent("record", "not JSON"), now=at(offset))


class World:
    def __init__(self, run: Run, *, letters: int) -> None:
        self.run, self.database, self.stream = run, Database(), Stream()
        self.letters = [letter(number) for number in range(letters)]
        run(MemoryDeadLetters(self.database).add(self.letters))
        self.publish = PublishDeadLetters(
            outbox=MemoryDeadLetterOutbox(self.database),
            topic=MemoryDeadLetterTopic(self.stream, MemoryClock()),
        )

    def published(self) -> list[bytes | None]:
        return [record.value for record in self.stream.records]


class TestDeadLettersThatNobodyWasToldOf:
    def test_are_all_published_oldest_first(self, run: Run) -> None:
        world = World(run, letters=2 * BATCH + 1)
        assert run(world.publish()) == 2 * BATCH + 1
        assert world.published() == [encode_dead_letter(each) for each in world.letters]

    def test_are_published_once_if_nothing_fails(self, run: Run) -> None:
        world = World(run, letters=3)
        assert [run(world.publish()), run(world.publish())] == [3, 0]
        assert len(world.published()) == 3

    def test_wait_for_a_topic_that_is_away(self, run: Run) -> None:
        world = World(run, letters=3)
        world.stream.go_away()
        with pytest.raises(StreamUnavailable):
            run(world.publish())
        world.stream.come_back()
        assert run(world.publish()) == 3

    def test_are_published_again_if_they_could_not_be_marked(self, run: Run) -> None:
        world = World(run, letters=3)

        class Dying(MemoryDeadLetterTopic):
            async def publish(self, dead_letters: Sequence[DeadLetter]) -> None:
                await super().publish(dead_letters)
                world.database.go_away()

        dying = PublishDeadLetters(
            outbox=world.publish.outbox, topic=Dying(world.stream, MemoryClock())
        )
        with pytest.raises(StoreUnavailable):
            run(dying())
        world.database.come_back()
        assert run(world.publish()) == 3
        assert world.published()[:3] == world.published()[3:]
