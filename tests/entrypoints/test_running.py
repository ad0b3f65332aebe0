"""Is what runs for long searched for cycles, though what starts is not?"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from entrypoints.running import run
from entrypoints.startup import make_no_search


async def is_searched() -> bool:
    return gc.isenabled()


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()
    gc.enable()


class TestTheSearchForCycles:
    def test_waits_while_a_command_starts(self) -> None:
        make_no_search()
        assert not gc.isenabled()

    def test_begins_with_what_the_command_runs(self) -> None:
        make_no_search()
        assert run(is_searched())
