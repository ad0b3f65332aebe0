"""Over what is the API asked in its tests?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.local import EmbeddedAssembly, MemoryAssembly
from tests.acceptance.world import World
from tests.entrypoints.api.client import Client, anybody_here


@pytest.fixture
def world() -> Iterator[World]:
    """In memory."""
    with asyncio.Runner() as runner:
        world = World(assembly=MemoryAssembly(), runner=runner)
        yield world
        world.close()


@pytest.fixture(params=["memory", "embedded"])
def any_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """In memory, and in a file."""
    is_embedded = request.param == "embedded"
    assembly = EmbeddedAssembly(tmp_path / "data") if is_embedded else MemoryAssembly()
    with asyncio.Runner() as runner:
        world = World(assembly=assembly, runner=runner)
        yield world
        world.close()


@pytest.fixture
def ask(world: World) -> Client:
    """On this machine, where no keys are needed."""
    return anybody_here(world)


@pytest.fixture
def ask_any(any_world: World) -> Client:
    return anybody_here(any_world)
