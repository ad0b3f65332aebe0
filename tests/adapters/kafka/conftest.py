"""What do the tests on Kafka share?"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest

from tests.runner import Run


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """What a test that failed has left open is found now, and not during another one."""
    failed_before = request.session.testsfailed
    with asyncio.Runner() as runner:
        yield runner.run
        if request.session.testsfailed > failed_before:
            gc.collect()
