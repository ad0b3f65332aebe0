"""Does a process say whether it lives and can work, and what adds up?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette

from application.errors import StoreUnavailable
from application.pulse import PATIENCE
from entrypoints.api.running import Door
from entrypoints.settings import Settings
from entrypoints.watching import Watching
from tests.acceptance.world import World
from tests.entrypoints.api.client import HERE, Client


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    return Watching(Settings(tidings_data=tmp_path))


@pytest.fixture
def ask(world: World, watching: Watching) -> Client:
    return Client(world=world, app=Starlette(routes=watching.routes), headers=HERE)


def begin(world: World, watching: Watching) -> None:
    """And look at everything once."""
    tidings = world.tidings

    async def begin() -> None:
        async with watching.begun(tidings):
            await tidings.watch.look()

    world.run(begin())


class TestBeforeAnythingIsOpened:
    def test_it_lives(self, ask: Client) -> None:
        assert ask.get("/health/live").status == 200

    def test_it_is_not_ready_and_says_what_it_waits_for(
        self, ask: Client, watching: Watching
    ) -> None:
        watching.waits(StoreUnavailable("PostgreSQL is away", fix="start it"))
        answer = ask.get("/health/ready")
        assert (answer.status, answer.json["state"]) == (503, "failing")
        assert "PostgreSQL is away" in answer.json["checks"][0]["words"]

    @pytest.mark.parametrize(
        ("method", "target"),
        [("POST", "/v1/events"), ("GET", "/v1/events/a"), ("POST", "/v1/callbacks/twilio")],
    )
    def test_whoever_wants_more_is_told_to_come_again(
        self, world: World, watching: Watching, method: str, target: str
    ) -> None:
        """A 404 would be taken for good, by producers and by Twilio."""
        ask = Client(world=world, app=Door(watching), headers=HERE)
        answer = ask(method, target)
        assert answer.problem == "unavailable"
        assert answer.headers["retry-after"] == "2"
        assert ask.get("/health/live").status == 200


class TestOnceItWorks:
    def test_it_is_ready(self, ask: Client, world: World, watching: Watching) -> None:
        begin(world, watching)
        answer = ask.get("/health/ready")
        assert (answer.status, answer.json["state"]) == (200, "well")
        [check] = answer.json["checks"]
        assert (check["name"], check["state"], check["words"]) == ("store", "well", "there")
        assert check["timeoutSeconds"] > 0

    def test_it_is_not_ready_while_the_store_is_away_but_lives(
        self, ask: Client, world: World, watching: Watching
    ) -> None:
        assert world.tidings
        world.run(world.assembly.break_store())
        begin(world, watching)
        assert ask.get("/health/ready").status == 503
        assert ask.get("/health/live").status == 200

    def test_it_does_not_live_once_a_loop_stands_still(
        self, ask: Client, world: World, watching: Watching
    ) -> None:
        begin(world, watching)
        world.tidings.lanes.each[0].pulse.beat("accepting events")
        assert ask.get("/health/live").status == 200
        world.pass_time(2 * PATIENCE)
        answer = ask.get("/health/live")
        assert (answer.status, answer.json["state"]) == (503, "failing")

    def test_it_tells_its_metrics(self, ask: Client, world: World, watching: Watching) -> None:
        begin(world, watching)
        answer = ask.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert b'tidings_build_info{assembly="embedded"' in answer.body
        assert b'tidings_neighbour_up{neighbour="store"} 1.0' in answer.body


def test_looking_ends_with_the_work(world: World, watching: Watching) -> None:
    begin(world, watching)

    async def others() -> set[asyncio.Task[object]]:
        return {each for each in asyncio.all_tasks() if each is not asyncio.current_task()}

    assert world.run(others()) == set()
