"""Who was told what, and who has received it?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from tests.acceptance.world import KINDS, World

PERSON = r"(?P<person>Ada|Grace|Hedy)"
CHANNEL = r"(?P<channel>email and SMS|email|SMS)"


@when(parsers.re(rf'{PERSON} is told by {CHANNEL} that "(?P<text>[^"]+)"'))
@given(parsers.re(rf'{PERSON} is told by {CHANNEL} that "(?P<text>[^"]+)"'))
def _told(world: World, person: str, channel: str, text: str) -> None:
    world.tell(person, channel, text=text)


@when(parsers.re(rf'{PERSON} is told by {CHANNEL} of the event "(?P<event_id>[^"]+)"'))
@given(parsers.re(rf'{PERSON} was told by {CHANNEL} of the event "(?P<event_id>[^"]+)"'))
def _told_of_event(world: World, person: str, channel: str, event_id: str) -> None:
    world.tell(person, channel, event_id=event_id)


@when(
    parsers.re(
        rf"{PERSON} is told by {CHANNEL} of an? (?P<kind>sign-up|payment|alert|lottery prize)"
    )
)
def _told_of_kind(world: World, person: str, channel: str, kind: str) -> None:
    world.tell(person, channel, message_type=KINDS.get(kind, "LOTTERY_WON"))


@when(
    parsers.re(
        rf"{PERSON} is told by {CHANNEL}, "
        r'with the subject "(?P<subject>[^"]+)", that "(?P<text>[^"]+)"'
    )
)
def _told_with_subject(world: World, person: str, channel: str, subject: str, text: str) -> None:
    world.tell(person, channel, subject=subject, text=text)


@when(
    parsers.re(rf"{PERSON} is told (?P<count>\d+) things by {CHANNEL}"), converters={"count": int}
)
@given(
    parsers.re(rf"{PERSON} was told (?P<count>\d+) things by {CHANNEL}"), converters={"count": int}
)
def _told_many(world: World, person: str, channel: str, count: int) -> None:
    world.tell_many(person, channel, count)


@when(
    parsers.parse("{person} is told by email of an event that may be told in {minutes:d} minutes")
)
@given(
    parsers.parse("{person} was told by email of an event that may be told in {minutes:d} minutes")
)
def _told_later(world: World, person: str, minutes: int) -> None:
    world.tell(person, "email", sendAt=world.now + timedelta(minutes=minutes))


@when(
    parsers.parse('{person} is told by email of the event "{event_id}" that expired a minute ago')
)
def _told_too_late(world: World, person: str, event_id: str) -> None:
    world.tell(person, "email", event_id=event_id, expiresAt=world.now - timedelta(minutes=1))


@when(
    parsers.parse(
        '{person} is told by email of the event "{event_id}" that expires in {seconds:d} seconds'
    )
)
@given(
    parsers.parse(
        '{person} was told by email of the event "{event_id}" that expires in {seconds:d} seconds'
    )
)
def _told_in_time(world: World, person: str, event_id: str, seconds: int) -> None:
    world.tell(person, "email", event_id=event_id, expiresAt=world.now + timedelta(seconds=seconds))


@when(parsers.re(r"(?P<count>\d+) people are told by email"), converters={"count": int})
@given(parsers.re(r"(?P<count>\d+) people were told by email"), converters={"count": int})
def _strangers_told(world: World, count: int) -> None:
    world.publish_for_strangers(count)
    world.turn()


@given(parsers.parse("{count:d} people are being told by email"))
def _strangers_being_told(world: World, count: int) -> None:
    world.publish_for_strangers(count)
    world.turn_until_stalled("email")


@given(parsers.parse('Grace is being told by SMS of the event "{event_id}"'))
def _being_told(world: World, event_id: str) -> None:
    world.publish(world.event(addresses=world.addresses("Grace", "SMS"), event_id=event_id))
    world.turn_until_stalled("SMS")


@when(parsers.parse('{count:d} emails each go to "{one}" and "{other}"'))
def _two_spellings(world: World, count: int, one: str, other: str) -> None:
    world.publish(
        *(
            world.event(addresses={"email": each}, event_id=f"{each}-{number}")
            for number in range(count)
            for each in (one, other)
        )
    )
    world.turn()


@then(
    parsers.re(rf"{PERSON} has received (?P<count>\d+) (?P<channel>SMS|emails?)"),
    converters={"count": int},
)
def _has_received(world: World, person: str, count: int, channel: str) -> None:
    assert len(world.received(channel, person)) == count


@then(parsers.re(rf"{PERSON} has received nothing"))
def _has_received_nothing(world: World, person: str) -> None:
    assert not world.received("email", person)
    assert not world.received("SMS", person)


@then(parsers.re(rf'{PERSON} has received an {CHANNEL} that says "(?P<text>[^"]+)"'))
def _has_received_text(world: World, person: str, channel: str, text: str) -> None:
    assert text in [each.event.text for each in world.received(channel, person)]


@then(parsers.parse('{person} has received an email with the subject "{subject}"'))
def _has_received_subject(world: World, person: str, subject: str) -> None:
    assert subject in [each.event.subject_line for each in world.received("email", person)]


@then(parsers.parse('the last email that {person} received says "{text}"'))
def _received_last(world: World, person: str, text: str) -> None:
    assert world.received("email", person)[-1].event.text == text


@then(parsers.parse("{person} has received them in the order in which they were published"))
def _received_in_order(world: World, person: str) -> None:
    received = [each.event.id for each in world.received("email", person)]
    assert received == [event["eventId"] for event in world.published]


@then(parsers.parse("nobody has received an SMS"))
def _nobody_has_received(world: World) -> None:
    assert not world.received("SMS")


@then(parsers.parse("{count:d} emails have been received"))
def _received_in_all(world: World, count: int) -> None:
    assert len(world.received("email")) == count


@then("everybody has received 1 email")
def _everybody_once(world: World) -> None:
    assert set(world.count_by_recipient("email")) == {1}


@then("everybody has received at least 1 email")
def _everybody_at_least_once(world: World) -> None:
    assert min(world.count_by_recipient("email")) >= 1


@then(parsers.parse("nobody has received more than {count:d} emails"))
def _nobody_more_than(world: World, count: int) -> None:
    assert max(world.count_by_recipient("email")) <= count


@then(parsers.parse("{count:d} people have received 1 email"))
def _so_many_once(world: World, count: int) -> None:
    assert sorted(world.count_by_recipient("email"))[-count:] == [1] * count
    assert sum(world.count_by_recipient("email")) == count
