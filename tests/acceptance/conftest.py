"""On which assemblies does every feature run?"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.world import ASSEMBLIES, World


@pytest.fixture(params=ASSEMBLIES, autouse=True)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with asyncio.Runner() as runner:
        world = World(assembly=ASSEMBLIES[request.param](tmp_path / "data"), runner=runner)
        yield world
        world.close()


def pytest_bdd_before_step_call(step_func: Callable[..., object]) -> None:
    """Nobody would await it, and it would pass."""
    assert not inspect.iscoroutinefunction(step_func), f"{step_func.__name__} is a coroutine"
