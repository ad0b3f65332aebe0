"""What is published, beyond the plain telling of a person?"""

from __future__ import annotations

from pytest_bdd import given, parsers, when

from tests.acceptance.world import World

_WRONG = {
    "that is cut off": b'{"eventId":"e","payl',
    "without an id": b'{"payload":{"email":"ada@example.com","message":"hi"}}',
    "with nothing to tell": b'{"eventId":"e","payload":{"email":"ada@example.com"}}',
    "that names nobody": b'{"eventId":"e","payload":{"message":"hi"}}',
    "for the year 12000": b'{"eventId":"e","timestamp":316516896000000,'
    b'"payload":{"email":"ada@example.com","message":"hi"}}',
    "with a number for email": b'{"eventId":"e","payload":{"email":5,"message":"hi"}}',
    "that is far too long": b'{"eventId":"e","payload":{"message":"' + b"a" * 262_144 + b'"}}',
    "that is nested too deep": b'{"eventId":"e","payload":' + b"[" * 40 + b"]" * 40 + b"}",
    "that is not text": b'{"eventId":"\xff\xfe"}',
}


@when(parsers.re(r"an event (?P<wrong>that is .+|that names .+|with.+|for .+) is published"))
@given(parsers.re(r"an event (?P<wrong>that is .+|that names .+|with.+|for .+) is published"))
def _wrong_event(world: World, wrong: str) -> None:
    world.publish_raw(_WRONG[wrong])
    world.turn()


@when("an event that is cut off and one for Ada are published at once")
def _bad_and_good(world: World) -> None:
    world.publish_raw(_WRONG["that is cut off"])
    world.publish(world.event(addresses=world.addresses("Ada", "email")))
    world.turn()


@when(parsers.parse('the event "{event_id}" is published again'))
def _published_again(world: World, event_id: str) -> None:
    [first] = [event for event in world.published if event["eventId"] == event_id]
    world.publish(first)
    world.turn()


@when(parsers.parse('the event "{event_id}" for Ada is published {count:d} times at once'))
def _published_at_once(world: World, event_id: str, count: int) -> None:
    event = world.event(addresses=world.addresses("Ada", "email"), event_id=event_id)
    world.publish(*[event] * count)
    world.turn()


@when(parsers.parse('the event "{event_id}" is published with other content'))
def _published_otherwise(world: World, event_id: str) -> None:
    addresses = world.addresses("Ada", "email")
    world.publish(world.event(addresses=addresses, event_id=event_id, text="something else"))
    world.turn()


@when(parsers.parse('the events "{one}", "{two}" and "{three}" for Ada are published at once'))
def _three_at_once(world: World, one: str, two: str, three: str) -> None:
    addresses = world.addresses("Ada", "email")
    world.publish(*(world.event(addresses=addresses, event_id=each) for each in (one, two, three)))
    world.turn()


@when(parsers.parse('an event names the email address "{address}" and Grace\'s phone'))
def _wrong_address(world: World, address: str) -> None:
    world.publish(world.event(addresses={"email": address, **world.addresses("Grace", "SMS")}))
    world.turn()


@when("everything is delivered once more")
def _delivered_again(world: World) -> None:
    world.read_stream_again()
