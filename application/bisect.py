"""How does one row that the store refuses not fail its neighbours?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from application.errors import RowRefused

Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def bisected(
    write: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
    items: Sequence[Item],
    refuse: Callable[[Item, RowRefused], Awaitable[Sequence[Answer]]],
) -> list[Answer]:
    """What `write` answers for all of them, in order; `refuse` answers for those to blame."""
    try:
        return list(await write(items))
    except RowRefused as refused:
        if len(items) == 1:
            return list(await refuse(items[0], refused))
    middle = len(items) // 2
    first = await bisected(write, items[:middle], refuse)
    return first + await bisected(write, items[middle:], refuse)
