"""On which loops must whatever talks to a real socket work?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from tests.runner import Run

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """On both: their transports buffer, pause and close in ways of their own."""
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
        yield runner.run
