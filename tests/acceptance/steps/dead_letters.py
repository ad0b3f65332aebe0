"""What is kept of what could not be read or served?"""

from __future__ import annotations

from pytest_bdd import parsers, then

from tests.acceptance.world import World


@then(parsers.re(r"there (is|are) (?P<count>\d+) dead letters?"), converters={"count": int})
def _count(world: World, count: int) -> None:
    assert len(world.dead_letters()) == count


@then(parsers.parse('there is 1 dead letter that says "{words}"'))
def _says(world: World, words: str) -> None:
    [dead_letter] = world.dead_letters()
    assert words in dead_letter.error


@then("it holds what was published")
def _holds(world: World) -> None:
    [dead_letter] = world.dead_letters()
    assert dead_letter.body == world.raw
