"""Who is forgotten, and what is left of them?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from application.forget_person import Trace
from application.replay_dead_letters import Prospect
from domain.audit import Action
from tests.acceptance.world import PEOPLE, World

PERSON = r"(?P<person>Ada|Grace|Hedy)"


@when(parsers.re(rf"{PERSON} is forgotten"))
@given(parsers.re(rf"{PERSON} was forgotten"))
def _forgotten(world: World, person: str) -> None:
    world.forget(PEOPLE[person])


@when(parsers.re(rf"{PERSON} is forgotten by her email address alone"))
def _forgotten_by_email(world: World, person: str) -> None:
    world.forget({"email": PEOPLE[person]["email"]})


@when(parsers.re(rf"{PERSON} is forgotten, and what she has still to be told withdrawn"))
def _withdrawn(world: World, person: str) -> None:
    world.forget(PEOPLE[person], withdraw=True)


@when(parsers.re(rf"somebody looks what forgetting {PERSON} would erase"))
def _looked(world: World, person: str) -> None:
    world.look_what_forgetting_would_erase(PEOPLE[person])


@when("what was forgotten is replayed")
def _replayed(world: World) -> None:
    world.replay_whatever_was_decided()


@given(
    parsers.parse(
        'Ada was told by email of the event "{event_id}" that may be told in {minutes:d} minutes'
    )
)
def _told_later(world: World, event_id: str, minutes: int) -> None:
    world.tell("Ada", "email", event_id=event_id, sendAt=world.now + timedelta(minutes=minutes))


@given("an event that is cut off within Ada's address is published")
def _cut_off(world: World) -> None:
    world.publish_raw(b'{"eventId":"e","payload":{"email":"Ada@example.com')
    world.turn()


@given(parsers.parse('the event "{event_id}" is published for Ada'))
def _for_ada(world: World, event_id: str) -> None:
    both = {**world.addresses("Ada", "email"), **world.addresses("Grace", "SMS")}
    world.publish(world.event(addresses=both, event_id=event_id))
    world.turn()


@then(parsers.re(rf"nothing is kept of {PERSON}"))
def _nothing_is_kept(world: World, person: str) -> None:
    assert world.traces_of(person) == []
    assert not any(world.mentions(person))


@then(
    parsers.re(rf"(?P<count>\d+) notifications? (is|are) kept of {PERSON}"),
    converters={"count": int},
)
def _is_kept(world: World, count: int, person: str) -> None:
    assert len(world.traces_of(person)) == count


@then(parsers.parse("{count:d} notification would be erased"))
def _would_be_erased(world: World, count: int) -> None:
    assert world.traces == {Trace.NOTIFICATION: count}


@then(parsers.parse('the story of "{event_id}" says that it was forgotten'))
def _says_so(world: World, event_id: str) -> None:
    last = world.chapter(event_id, "email").trail[-1]
    assert (last.by, last.words) == ("Linus", "forgotten")


@then("the dead letter is left, as its recipient is forgotten")
def _is_left(world: World) -> None:
    assert list(world.prospects) == [Prospect.FORGOTTEN]


@then("the audit log says that Linus forgot 1 notification")
def _audited(world: World) -> None:
    [entry] = world.audit_log()
    assert (entry.by, entry.action) == ("Linus", Action.PERSON_FORGOTTEN)
    assert entry.words == "1 notifications to erase: asked by letter"


@then("the audit log holds no address")
def _no_address(world: World) -> None:
    assert not any("ada" in f"{each.about} {each.words}" for each in world.audit_log())
