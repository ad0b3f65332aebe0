"""Is what nobody could read looked through without holding anybody up?"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from adapters.memory.database import Database
from adapters.memory.dead_letters import MemoryDeadLetters
from domain.dead_letter import UNREADABLE, DeadLetter
from entrypoints.console.searching import unreadable_with
from tests.builders import a_position, at
from tests.runner import Run

MOST = 500  # are looked through


def unreadable(number: int, body: bytes = b'{"email": "ADA@example.com"') -> DeadLetter:
    return DeadLetter(
        id=UUID(int=number),
        reason=UNREADABLE,
        error="not JSON",
        failed_at=at(seconds=number),
        position=a_position(),
        body=body,
    )


@pytest.fixture
def dead_letters() -> MemoryDeadLetters:
    return MemoryDeadLetters(Database())


@pytest.mark.parametrize("before_them", [0, 1, 24, 25, 26, MOST - 1])
def test_what_holds_an_address_is_found_however_far_back(
    dead_letters: MemoryDeadLetters, run: Run, before_them: int
) -> None:
    others = [unreadable(2 + number, b"{") for number in range(before_them)]
    run(dead_letters.add([unreadable(1), *others]))
    [found] = run(unreadable_with(dead_letters, "ada@example.com"))
    assert found.id == UUID(int=1)


def test_what_lies_behind_the_latest_is_left(dead_letters: MemoryDeadLetters, run: Run) -> None:
    run(dead_letters.add([unreadable(number) for number in range(MOST + 1)]))
    found = run(unreadable_with(dead_letters, "ada@example.com"))
    assert len(found) == MOST
    assert found[-1].id == UUID(int=1)


def test_what_is_found_is_held_without_its_bytes(dead_letters: MemoryDeadLetters, run: Run) -> None:
    run(dead_letters.add([unreadable(1)]))
    found = run(unreadable_with(dead_letters, "ada@example.com"))
    assert list(found) == [unreadable(1).outline]


def test_others_are_served_meanwhile(dead_letters: MemoryDeadLetters, run: Run) -> None:
    run(dead_letters.add([unreadable(number, b"{" * 10_000) for number in range(MOST)]))
    assert run(turns_while_looking(dead_letters)) >= MOST // 25


async def turns_while_looking(dead_letters: MemoryDeadLetters) -> int:
    """How often something else has its turn."""
    looking = asyncio.create_task(unreadable_with(dead_letters, "ada@example.com"))
    turns = 0
    while not looking.done():
        await asyncio.sleep(0)
        turns += 1
    return turns
