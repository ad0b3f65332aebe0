"""Is what nobody could read looked through without holding anybody up?"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from adapters.memory.database import Database
from adapters.memory.dead_letters import MemoryDeadLetters
from domain.dead_letter import UNREADABLE, DeadLetter
from entrypoints.console.searching import looks_whole, unreadable_with
from tests.acceptance.world import World
from tests.builders import a_position, at
from tests.entrypoints.console.browser import Browser
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


@pytest.mark.parametrize(
    "text",
    ["ada@example.com", "Ada@EXAMPLE.com", "+1 303 555 0123", "0013035550123", "order-7781",
     "signup-1", "f3aeb154-7211-478f-8031-7232af93ba45"],
)  # fmt: skip
def test_what_looks_whole_would_have_been_found(text: str) -> None:
    assert looks_whole(text)


@pytest.mark.parametrize(
    "text",
    ["example.com", "grace", "303-555-0123", "3035550123", "@example.com", "ada@", "+1303",
     "Server room", "7781"],
)  # fmt: skip
def test_from_a_part_nothing_follows(text: str) -> None:
    assert not looks_whole(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("example.com", "Write the whole address"),
        ("grace", "Write the whole address"),
        ("303-555-0123", "with its country code"),
    ],
)
def test_who_searches_for_a_part_is_not_told_that_nothing_was_published(
    browser: Browser, text: str, advice: str
) -> None:
    page = browser.search(text)
    assert page.status == 404
    assert advice in page.text
    assert "it does not say whether anything was published" in page.text
    assert "nothing was published for it" not in page.text


def test_what_could_not_be_read_was_found(world: World, browser: Browser) -> None:
    world.publish_raw(b'{"email": "ada@example.com"')
    world.turn()
    assert browser.search("ada@example.com").text.startswith("Could not be read · Tidings")
