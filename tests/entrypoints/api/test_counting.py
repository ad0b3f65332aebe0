"""Is what costs much counted seldom, however often the API is asked?"""

from __future__ import annotations

from application.seldom import FRESH_FOR
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.entrypoints.api.client import Client


def event(event_id: str) -> dict[str, object]:
    payload = {"message": "Hello", "email": "ada@example.com"}
    return {"eventId": event_id, "messageType": "ALERT_RAISED", "payload": payload}


def test_what_is_unread_is_counted_once_for_who_asks_again_and_again(
    world: World, ask: Client
) -> None:
    ask.publish(event("a"))
    assert "; 1 published events wait to be read" in ask.story("a").json["detail"]
    ask.publish(event("b"))
    assert "; 1 published events" in ask.story("b").json["detail"]
    world.assembly.clock.advance(FRESH_FOR)
    assert "; 2 published events" in ask.story("b").json["detail"]
    world.turn()
    assert ask.story("b").status == 200


def test_what_is_unread_is_not_told_while_the_stream_is_away(world: World, ask: Client) -> None:
    assert isinstance(world.assembly, MemoryAssembly)
    ask.publish(event("a"))
    world.assembly.break_stream()
    answer = ask.story("a")
    assert answer.problem == "not-found"
    assert "read" not in answer.json["detail"]


def test_statistics_are_counted_once_for_who_asks_again_and_again(
    world: World, ask: Client
) -> None:
    for target in ("/v1/statistics", "/v1/statistics?hours=24"):
        before = ask.get(target).json
        world.tell("Ada", "email")
        assert ask.get(target).json == before
        world.pass_time(FRESH_FOR)
        assert ask.get(target).json != before
