"""How do the providers behave, and what were they asked?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from domain.outcome import Accepted, Deferred, ProviderDown, Rejected, Unknown
from domain.receipt import ReceiptVerdict
from tests.acceptance.world import World

_BUSY = Deferred(reason="450 busy, come back later", rule="busy")
_DOWN = ProviderDown(reason="421 not accepting mail", rule="down")
_LOST = Unknown(reason="contact lost after the message", rule="lost")
PROVIDER = r"the (?P<provider>mail|SMS) provider"
_CHANNELS = {"mail": "email", "SMS": "SMS"}
_WORDS = {
    "is on its way": ReceiptVerdict.TAKEN,
    "has arrived": ReceiptVerdict.DELIVERED,
    "did not arrive": ReceiptVerdict.UNDELIVERED,
}
_SAYS = rf"(?P<word>{'|'.join(_WORDS)})"
_TIMES = {"once": 1, "twice": 2}


@given(
    parsers.re(r"the mail provider is busy for (?P<count>\d+) attempts?"), converters={"count": int}
)
def _busy(world: World, count: int) -> None:
    world.sender("email").will(*[_BUSY] * count)


@given(
    parsers.parse("the mail provider is busy for 1 attempt and wants {seconds:d} seconds of peace")
)
def _busy_with_floor(world: World, seconds: int) -> None:
    world.sender("email").will(
        Deferred(reason="450 busy", rule="busy", retry_after=timedelta(seconds=seconds))
    )


@given(parsers.re(rf"{PROVIDER} refuses the next (email|SMS)"))
def _refuses(world: World, provider: str) -> None:
    world.sender(_CHANNELS[provider]).will(Rejected(reason="550 no such mailbox", rule="refused"))


@given(parsers.parse("the mail provider refuses the next {count:d} emails"))
def _refuses_many(world: World, count: int) -> None:
    world.sender("email").will(*[Rejected(reason="550 no such mailbox", rule="refused")] * count)


@given("the mail provider refuses the next email, naming Ada's address")
def _refuses_by_name(world: World) -> None:
    words = "550 <ADA@example.com> unknown; write to postmaster@example.org or +15550001111"
    world.sender("email").will(Rejected(reason=words, rule="refused"))


@given("the mail provider is down")
def _down(world: World) -> None:
    world.sender("email").will_always(_DOWN)


@given(parsers.parse("the mail provider is down for {count:d} attempts"))
def _down_for(world: World, count: int) -> None:
    world.sender("email").will(*[_DOWN] * count)


@given(
    parsers.parse(
        "the mail provider is down for {count:d} attempts, answers once, "
        "and is down for {more:d} more"
    )
)
def _down_with_a_break(world: World, count: int, more: int) -> None:
    world.sender("email").will(*[_DOWN] * count, Accepted(reason="250 ok"), *[_DOWN] * more)


@given("the mail provider does not accept our credentials")
def _bad_credentials(world: World) -> None:
    world.sender("email").will_always(
        ProviderDown(reason="535 authentication failed", rule="credentials", needs_operator=True)
    )


@given(
    parsers.re(rf"{PROVIDER} falls silent after (?P<count>\d+) (emails|SMS)"),
    converters={"count": int},
)
def _falls_silent(world: World, provider: str, count: int) -> None:
    world.sender(_CHANNELS[provider]).stall_after(count)


@when(parsers.re(rf"{PROVIDER} is well again"))
@given(parsers.re(rf"{PROVIDER} is well again"))
def _well_again(world: World, provider: str) -> None:
    world.sender(_CHANNELS[provider]).come_back()
    world.sender(_CHANNELS[provider]).answer_again()
    world.finish()


@given(
    parsers.re(rf"contact with {PROVIDER} is lost after (?P<count>\d+) hand-overs?"),
    converters={"count": int},
)
def _contact_lost(world: World, provider: str, count: int) -> None:
    world.sender(_CHANNELS[provider]).will(*[_LOST] * count)


@given("the SMS provider knows what it took")
def _knows(world: World) -> None:
    world.sender("SMS").know_unknown_ones()


@given(
    parsers.re(rf'{PROVIDER} (says|has said) that the (email|SMS) of "(?P<event_id>[^"]+)" {_SAYS}')
)
@when(parsers.re(rf'{PROVIDER} says that the (email|SMS) of "(?P<event_id>[^"]+)" {_SAYS}'))
def _says_later(world: World, provider: str, event_id: str, word: str) -> None:
    world.hear(event_id, _CHANNELS[provider], _WORDS[word])


@when(parsers.re(rf'{PROVIDER} says that the first (email|SMS) of "(?P<event_id>[^"]+)" {_SAYS}'))
def _says_of_the_first(world: World, provider: str, event_id: str, word: str) -> None:
    world.hear(event_id, _CHANNELS[provider], _WORDS[word], copy=0)


@then(parsers.re(rf"{PROVIDER} has been asked (?P<times>once|twice|\d+ times)"))
def _asked(world: World, provider: str, times: str) -> None:
    count = _TIMES.get(times) or int(times.split()[0])
    assert len(world.sender(_CHANNELS[provider]).handed_over) == count


@then(parsers.parse("the mail circuit is {state}"))
def _circuit(world: World, state: str) -> None:
    assert world.circuit_is_open("email") == (state == "open")
