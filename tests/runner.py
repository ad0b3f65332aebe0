"""How do plain test functions run coroutines, all those of one test on one loop?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Run(Protocol):
    """The fixture `run`: runs one coroutine to its end."""

    def __call__(self, coroutine: Coroutine[Any, Any, T], /) -> T: ...


async def together(*awaitables: Awaitable[T]) -> list[T]:
    """All at once, on as many threads as the adapters use; the answers in the order given."""
    return await asyncio.gather(*awaitables)
