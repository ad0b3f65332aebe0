"""How is the service run, stopped and lost, and how does its time pass?"""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import given, parsers, when

from tests.acceptance.world import World

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_WAYS = {"forward": 1, "back": -1}
WAY = r"(?P<way>forward|back)"
LENGTH = r"(?P<number>[\d.]+) (?P<unit>second|minute|hour|day)s?"


def _length(number: str, unit: str) -> timedelta:
    return timedelta(seconds=float(number) * _UNITS[unit])


@when(parsers.re(rf"{LENGTH} pass(es)?"))
@given(parsers.re(rf"{LENGTH} pass(es)?"))
def _time_passes(world: World, number: str, unit: str) -> None:
    world.pass_time(_length(number, unit))


@given(parsers.re(r"emails are handed over (?P<how>one|two) at a time"))
def _concurrency(world: World, how: str) -> None:
    world.settings["email_concurrency"] = {"one": 1, "two": 2}[how]


@given("an uncertain SMS is sent again")
def _resends(world: World) -> None:
    world.settings["uncertain_sms"] = "resend"


@when("the service is asked to stop")
def _stop(world: World) -> None:
    world.stop()


@when("the service is started anew")
@given("the service is started anew")
def _start_anew(world: World) -> None:
    world.start_anew()


@when(parsers.re(rf"the service is started anew, the machine's clock set {LENGTH} {WAY}"))
def _start_anew_set(world: World, number: str, unit: str, way: str) -> None:
    world.start_anew_on_a_machine_set(_length(number, unit) * _WAYS[way])


@when(parsers.re(rf"another worker takes over, the machine's clock set {LENGTH} {WAY}"))
def _take_over_set(world: World, number: str, unit: str, way: str) -> None:
    world.go_on_on_a_machine_set(_length(number, unit) * _WAYS[way])


@when("the worker dies")
@given("the worker has died")
def _dies(world: World) -> None:
    world.die()


@when(parsers.re(rf"another worker works for {LENGTH}"))
def _another_worker(world: World, number: str, unit: str) -> None:
    world.work_in_its_place(_length(number, unit))


@given("the store is away")
def _store_away(world: World) -> None:
    world.break_store()


@when("the store comes back")
def _store_back(world: World) -> None:
    world.mend_store()


@given(parsers.parse('the store refuses the event "{event_id}"'))
def _store_refuses(world: World, event_id: str) -> None:
    world.refuse(event_id)


@when(parsers.parse('the store takes the event "{event_id}" again'))
def _store_takes(world: World, event_id: str) -> None:
    world.refuse_nothing()
