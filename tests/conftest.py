"""What do all tests share?"""

from __future__ import annotations

import asyncio
import inspect
import signal
from collections.abc import Iterator

import pytest

from tests.runner import Run

pytest.register_assert_rewrite("tests.contracts")

# In a background job Ctrl-C is ignored, and whatever is started from there would ignore it too.
signal.signal(signal.SIGINT, signal.default_int_handler)

#: The steps of the features, by noun, and the real servers.
pytest_plugins = [
    *(
        f"tests.acceptance.steps.{noun}"
        for noun in (
            "dead_letters",
            "events",
            "forgetting",
            "lanes",
            "people",
            "providers",
            "service",
            "stories",
        )
    ),
    "tests.servers.kafka_fixtures",
    "tests.servers.postgres_fixtures",
    "tests.servers.together_fixtures",
    "tests.servers.valkey_fixtures",
]


@pytest.fixture
def run() -> Iterator[Run]:
    """One loop per test, closed with its executor when the test is over."""
    with asyncio.Runner() as runner:
        yield runner.run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing awaits a coroutine test function: what it asserts would never be looked at."""
    never_awaited = [
        item.nodeid
        for item in items
        if isinstance(item, pytest.Function)
        and (
            inspect.iscoroutinefunction(item.function) or inspect.isasyncgenfunction(item.function)
        )
    ]
    if never_awaited:
        raise pytest.UsageError(
            f"write plain functions and use the fixture `run`: {', '.join(never_awaited)}"
        )
