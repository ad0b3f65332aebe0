"""What does the story of an event say?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import parsers, then, when

from domain.repeat import Repeat
from domain.status import Status, Wait
from tests.acceptance.world import World, message_ids

CHANNEL = r"(?P<channel>email|SMS)"
EVENT = r'"(?P<event_id>[^"]+)"'
_WAITS = {
    "a person": Wait.PERSON,
    "a receipt": Wait.RECEIPT,
    "its provider's answer": Wait.ANSWER,
    "the rate rule": Wait.RATE,
    "the circuit": Wait.CIRCUIT,
    "its channel to be resumed": Wait.PAUSE,
}


@then(parsers.re(rf"the {CHANNEL} of {EVENT} has failed as (?P<failure>\w+)"))
def _failed(world: World, channel: str, event_id: str, failure: str) -> None:
    assert world.failure(event_id, channel) == failure


@then(parsers.re(rf"the {CHANNEL} of the event has failed as (?P<failure>\w+)"))
def _that_failed(world: World, channel: str, failure: str) -> None:
    assert world.failure(world.published[-1]["eventId"], channel) == failure


@then(parsers.re(rf"the {CHANNEL} of {EVENT} is sent"))
def _sent(world: World, channel: str, event_id: str) -> None:
    assert world.notification(event_id, channel).status is Status.SENT


@then(parsers.re(rf"the {CHANNEL} of {EVENT} is delivered"))
def _delivered(world: World, channel: str, event_id: str) -> None:
    assert world.notification(event_id, channel).status is Status.DELIVERED


@then(
    parsers.re(rf"the {CHANNEL} of {EVENT} was sent at attempt (?P<attempt>\d+)"),
    converters={"attempt": int},
)
def _sent_at(world: World, channel: str, event_id: str, attempt: int) -> None:
    notification = world.notification(event_id, channel)
    assert (notification.status, notification.attempt) == (Status.SENT, attempt)


@then("every email was sent at attempt 1")
def _all_sent_at_once(world: World) -> None:
    for event in world.published:
        _sent_at(world, "email", event["eventId"], 1)


@then(parsers.re(rf"the {CHANNEL} of {EVENT} waits for (?P<what>.+)"))
def _waits(world: World, channel: str, event_id: str, what: str) -> None:
    assert world.notification(event_id, channel).waiting_for is _WAITS[what]


@then(
    parsers.re(rf"(?P<count>\d+) {CHANNEL} for (?P<person>\w+) is held by (?P<what>.+)"),
    converters={"count": int},
)
def _held(world: World, count: int, channel: str, person: str, what: str) -> None:
    assert [each.last_move.waiting_for for each in world.held(channel, person)] == [
        _WAITS[what]
    ] * count


@then(
    parsers.re(rf"the story of {EVENT} counts (?P<count>\d+) duplicates?"),
    converters={"count": int},
)
def _duplicates(world: World, event_id: str, count: int) -> None:
    sightings = world.chapter(event_id, "email").sightings
    assert [each.kind for each in sightings] == [Repeat.DUPLICATE] * count


@then(parsers.re(rf"the story of {EVENT} holds 1 conflict with its content"))
def _conflict(world: World, event_id: str) -> None:
    [sighting] = world.chapter(event_id, "email").sightings
    assert (sighting.kind, sighting.body) == (Repeat.CONFLICT, world.raw)


@then(parsers.re(rf"the story of {EVENT} by {CHANNEL} is:"))
def _is(world: World, event_id: str, channel: str, datatable: list[list[str]]) -> None:
    world.chosen = world.chapter(event_id, channel)
    first = world.chosen.trail[0].at
    told = [[m.status, str(m.attempt), _seconds(m.at - first)] for m in world.chosen.trail]
    assert told == datatable[1:]


@then(parsers.parse('it quotes the provider as saying "{words}"'))
def _quotes(world: World, words: str) -> None:
    assert any(words in move.words for move in world.chosen_chapter.trail)


@then(parsers.parse("it says that the rate rule held it for {seconds:d} seconds"))
def _held_for(world: World, seconds: int) -> None:
    held = world.chosen_chapter.trail[0]
    assert held.waiting_for is Wait.RATE
    assert held.due_at == held.at + timedelta(seconds=seconds)


@then("it has a dead letter")
def _has_dead_letter(world: World) -> None:
    assert len(world.chosen_chapter.dead_letters) == 1


@then(parsers.re(rf"the words of the story of {EVENT} hold no address"))
def _no_address(world: World, event_id: str) -> None:
    words = " ".join(move.words for move in world.chapter(event_id, "email").trail)
    assert "550" in words
    assert not any(secret in words.casefold() for secret in ("@", "ada", "+1555"))


@then(parsers.re(rf"both hand-overs of {EVENT} bear the same Message-ID"))
def _same_message_id(world: World, event_id: str) -> None:
    first, second = message_ids(world.received("email"))
    assert first == second


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():g} s"


@when(parsers.re(rf'somebody says of the {CHANNEL} of {EVENT}: "(?P<word>\w+)"'))
def _somebody_says(world: World, channel: str, event_id: str, word: str) -> None:
    world.resolve(event_id, channel, word)


@then(parsers.re(rf"the story of {EVENT} says who decided, and why"))
def _who_and_why(world: World, event_id: str) -> None:
    trail = world.chapter(event_id, "email").trail
    assert ("Linus", "I looked it up") in [(move.by, move.words) for move in trail]


@then(parsers.re(rf"the story of {EVENT} says who replayed it, and why"))
def _who_replayed(world: World, event_id: str) -> None:
    trail = world.chapter(event_id, "email").trail
    assert ("Linus", "it is mended") in [(move.by, move.words) for move in trail]
