"""What is somebody answered who submits events and waits?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence

import pytest

from application.errors import StoreUnavailable, StreamUnavailable
from application.submit_events import Submission, Verdict
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        world = World(assembly=MemoryAssembly(), runner=runner)
        yield world
        world.close()


def event(id_: str, text: str = "Hi", **addresses: str) -> bytes:
    given = addresses or {"email": "ada@example.com"}
    return json.dumps({"eventId": id_, "payload": {**given, "message": text}}).encode()


def submit(world: World, *values: bytes) -> Sequence[Submission]:
    return world.run(world.tidings.submit_events(values))


def verdicts(submissions: Sequence[Submission]) -> list[Verdict]:
    return [each.verdict for each in submissions]


def unread(world: World) -> int:
    return world.run(world.tidings.lanes.lag())


class TestEvents:
    def test_are_published_in_order_and_told(self, world: World) -> None:
        found = submit(world, event("a"), event("b"))
        assert verdicts(found) == [Verdict.PUBLISHED] * 2
        assert [each.event_id for each in found] == ["a", "b"]
        assert unread(world) == 2
        world.turn()
        assert len(world.story("a")) == 1

    def test_that_were_accepted_before_are_not_published_again(self, world: World) -> None:
        submit(world, event("a"))
        world.turn()
        assert verdicts(submit(world, event("a"))) == [Verdict.KNOWN]
        assert unread(world) == 0

    def test_are_known_by_either_channel(self, world: World) -> None:
        submit(world, event("a", phoneNumber="+15551234567"))
        world.turn()
        found = submit(world, event("a", phoneNumber="+15551234567"))
        assert verdicts(found) == [Verdict.KNOWN]

    def test_with_another_payload_are_refused(self, world: World) -> None:
        submit(world, event("a"))
        world.turn()
        assert verdicts(submit(world, event("a", "Hello"))) == [Verdict.CONFLICT]
        assert unread(world) == 0

    def test_not_accepted_yet_are_found_when_they_are_read(self, world: World) -> None:
        submit(world, event("a"))
        assert verdicts(submit(world, event("a", "Hello"))) == [Verdict.PUBLISHED]
        world.turn()
        [chapter] = world.story("a")
        assert [each.kind for each in chapter.sightings] == ["conflict"]

    def test_of_one_call_are_compared_too(self, world: World) -> None:
        found = submit(world, event("a"), event("a"), event("a", "Hello"), event("b"))
        assert verdicts(found) == [
            Verdict.PUBLISHED, Verdict.KNOWN, Verdict.CONFLICT, Verdict.PUBLISHED,
        ]  # fmt: skip
        assert unread(world) == 2

    def test_that_nobody_can_read_keep_none_of_the_others_back(self, world: World) -> None:
        first, second = submit(world, b"{", event("b"))
        assert (first.verdict, first.event_id) == (Verdict.UNREADABLE, None)
        assert first.problem is not None
        assert second.verdict is Verdict.PUBLISHED
        assert unread(world) == 1


class TestWhatIsAway:
    def test_the_store(self, world: World) -> None:
        assert world.tidings
        world.run(world.assembly.break_store())
        with pytest.raises(StoreUnavailable):
            submit(world, event("a"))
        world.run(world.assembly.mend_store())
        assert unread(world) == 0

    def test_the_stream(self, world: World) -> None:
        assert world.tidings
        assert isinstance(world.assembly, MemoryAssembly)
        world.assembly._container.stream().go_away()
        with pytest.raises(StreamUnavailable):
            submit(world, event("a"))
