"""What do the tests of the console share?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from domain.api_key import Scope
from entrypoints.api.access import token_of
from entrypoints.settings import ApiKeyRule
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.entrypoints.console.browser import Browser, console


@pytest.fixture
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        world = World(MemoryAssembly(), runner)
        yield world
        world.close()


@pytest.fixture
def browser(world: World) -> Browser:
    """On this machine, where no keys are needed."""
    return console(world)


def a_key(world: World, *scopes: Scope, id_: str = "1a2b") -> str:
    """What its owner keeps."""
    name = f"key-{id_}"
    world.run(
        world.tidings.create_key(id_=id_, secret="s3cret", name=name, scopes=scopes, by="Linus")
    )
    return token_of(id_, "s3cret")


def signed_in(world: World, *scopes: Scope, id_: str = "1a2b") -> Browser:
    browser = console(world, api_keys=ApiKeyRule.REQUIRED)
    answer = browser.send("/sign-in", "/sign-in", key=a_key(world, *scopes, id_=id_))
    assert answer.goes_to == "/"
    return browser
