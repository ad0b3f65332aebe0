"""How does a command run what is asynchronous, and open what it works on?"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from entrypoints.load_settings import load_settings
from entrypoints.settings import Settings

T = TypeVar("T")


#: New objects between two searches for cycles, of which the program makes next to none. At the
#: usual 700 a worker spends a tenth of its time on them.
_SEARCH_AFTER = 50_000


def run(work: Coroutine[Any, Any, T]) -> T:
    gc.freeze()
    gc.set_threshold(_SEARCH_AFTER)
    gc.enable()
    # It says on standard error what its exceptions tell us too, and we our user.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def settings_for(data: Path | None) -> Settings:
    return load_settings(tidings_data=data)
