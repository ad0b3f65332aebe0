"""Are dead letters brought to their topic beside the lanes, and once more at the end?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from adapters.memory.clock import MemoryClock
from adapters.memory.database import Database
from adapters.memory.dead_letter_outbox import MemoryDeadLetterOutbox
from adapters.memory.dead_letter_topic import MemoryDeadLetterTopic
from adapters.memory.dead_letters import MemoryDeadLetters
from adapters.memory.stream import Stream
from adapters.memory.telemetry import MemoryTelemetry
from application.dead_letter_post import DeadLetterPost
from application.publish_dead_letters import PublishDeadLetters
from tests.application.test_publish_dead_letters import letter
from tests.runner import Run

SECOND = timedelta(seconds=1)


class World:
    def __init__(self) -> None:
        self.clock, self.database, self.stream = MemoryClock(), Database(), Stream()
        self.telemetry = MemoryTelemetry()
        self.post = DeadLetterPost(
            publish=PublishDeadLetters(
                outbox=MemoryDeadLetterOutbox(self.database),
                topic=MemoryDeadLetterTopic(self.stream, self.clock),
            ),
            clock=self.clock,
            telemetry=self.telemetry,
        )
        self.finished = asyncio.Event()

    async def fail(self, number: int) -> None:
        await MemoryDeadLetters(self.database).add([letter(number)])

    async def let_pass(self, by: timedelta) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        self.clock.advance(by)
        for _ in range(10):
            await asyncio.sleep(0)


class TestThePost:
    def test_goes_every_second_and_once_more_at_the_end(self, run: Run) -> None:
        async def story(world: World) -> None:
            going = asyncio.create_task(world.post.run(world.finished))
            await world.fail(1)
            await world.let_pass(SECOND)
            assert len(world.stream.records) == 1
            await world.fail(2)
            world.finished.set()
            await going
            assert len(world.stream.records) == 2

        run(story(World()))

    def test_says_what_fails_and_goes_again(self, run: Run) -> None:
        async def story(world: World) -> None:
            await world.fail(1)
            world.database.go_away()
            going = asyncio.create_task(world.post.run(world.finished))
            await world.let_pass(SECOND)
            assert "publishing dead letters" in world.telemetry.said[0]
            world.database.come_back()
            await world.let_pass(SECOND)
            assert len(world.stream.records) == 1
            world.finished.set()
            await going

        run(story(World()))
