"""What is kept of what could not be read or served?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from application.replay_dead_letters import Prospect
from domain.dead_letter import Settled
from tests.acceptance.world import World


@then(parsers.re(r"there (is|are) (?P<count>\d+) dead letters?"), converters={"count": int})
def _count(world: World, count: int) -> None:
    assert len(world.dead_letters()) == count


#: The reader's words for what a product owner calls it.
_WORDS = {
    "it is not an event": "not JSON",
    "its id is missing": "eventId",
    "there is nothing to tell": "payload.message",
    "it names nobody": "no address at all",
    "its time is out of range": "outside the years",
    "its email is not text": "payload.email: a number",
    "it is too long": "at most",
    "it is nested too deep": "nested deeper",
    "it is not text": "not UTF-8",
    "it could not be stored": "the store refused it",
}


@then(parsers.parse("there is 1 dead letter that says: {what}"))
def _says(world: World, what: str) -> None:
    [dead_letter] = world.dead_letters()
    assert _WORDS[what] in dead_letter.error


@then("it holds what was published")
def _holds(world: World) -> None:
    [dead_letter] = world.dead_letters()
    assert dead_letter.body == world.raw


@given(parsers.parse('the event "{event_id}" for Ada had expired a minute before it came'))
def _expired(world: World, event_id: str) -> None:
    world.tell("Ada", "email", event_id=event_id, expiresAt=world.now - timedelta(minutes=1))


@when("the dead letters are replayed")
@given("the dead letters have been replayed")
def _replayed(world: World) -> None:
    world.replay()


@when("two people replay the same dead letters")
def _replayed_by_two(world: World) -> None:
    world.replay(times=2)


@when("the dead letters are replayed, one a second")
def _replayed_slowly(world: World) -> None:
    world.replay(apart=1)


@when("the dead letters are replayed, whatever their expiry")
def _replayed_late(world: World) -> None:
    world.replay(ignore_expiry=True)


@when("somebody looks what a replay would do")
def _looked(world: World) -> None:
    world.replay(is_dry_run=True)


@when("the dead letters are discarded")
def _discarded(world: World) -> None:
    world.discard()


@then("1 dead letter would be replayed")
def _would_be_replayed(world: World) -> None:
    assert list(world.prospects) == [Prospect.REPLAYED]


@then("the dead letter is still unreadable")
def _still_unreadable(world: World) -> None:
    assert list(world.prospects) == [Prospect.UNREADABLE]


@then("it is discarded")
def _is_discarded(world: World) -> None:
    [letter] = world.dead_letters()
    assert letter.settlement is not None
    assert letter.settlement.how is Settled.DISCARDED
