"""On which assemblies does every feature run?"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.acceptance.assembly import Assembly
from tests.acceptance.local import EmbeddedAssembly, MemoryAssembly
from tests.acceptance.production import ProductionAssembly
from tests.acceptance.world import World

#: How each run of the features puts Tidings together, in a folder of its own.
ASSEMBLIES: Mapping[str, Callable[[pytest.FixtureRequest, Path], Assembly]] = {
    "memory": lambda _request, _folder: MemoryAssembly(),
    "embedded": lambda _request, folder: EmbeddedAssembly(folder),
    "production": lambda request, folder: ProductionAssembly(
        folder, request.getfixturevalue("servers")
    ),
}


@pytest.fixture(params=ASSEMBLIES, autouse=True)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    assembly = ASSEMBLIES[request.param](request, tmp_path / "data")
    with asyncio.Runner() as runner:
        world = World(assembly=assembly, runner=runner)
        yield world
        world.close()


def pytest_bdd_before_step_call(step_func: Callable[..., object]) -> None:
    """Nobody would await it, and it would pass."""
    assert not inspect.iscoroutinefunction(step_func), f"{step_func.__name__} is a coroutine"
