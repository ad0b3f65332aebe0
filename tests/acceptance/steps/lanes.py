"""Which channels are paused, by whom and why?"""

from __future__ import annotations

from pytest_bdd import given, parsers, then, when

from domain.audit import Action
from tests.acceptance.world import World

WHO = r"(?P<who>Linus|Grace)"
WHICH = r"(?P<channel>emails|SMS)"
WHY = r'as "(?P<why>[^"]+)"'


@when(parsers.re(rf"{WHO} pauses {WHICH}, {WHY}"))
@given(parsers.re(rf"{WHO} has paused {WHICH}, {WHY}"))
def _pauses(world: World, who: str, channel: str, why: str) -> None:
    world.pause(channel, by=who, why=why)


@when(parsers.re(rf"{WHO} resumes {WHICH}"))
def _resumes(world: World, who: str, channel: str) -> None:
    world.resume(channel, by=who)


@then(parsers.re(rf"{WHICH} are paused by {WHO}, {WHY}"))
def _is_paused(world: World, channel: str, who: str, why: str) -> None:
    pause = world.pause_of(channel)
    assert (pause.paused_by, pause.why) == (who, why)


@then(parsers.re(rf"the records say that {WHO} paused {WHICH}, {WHY}"))
def _recorded_pause(world: World, who: str, channel: str, why: str) -> None:
    assert (who, Action.LANE_PAUSED, why) in world.switchings(channel)


@then(parsers.re(rf"the records say that {WHO} resumed {WHICH}"))
def _recorded_end(world: World, who: str, channel: str) -> None:
    assert (who, Action.LANE_RESUMED, "") in world.switchings(channel)


@then("the records say nothing else about emails")
def _recorded_nothing_else(world: World) -> None:
    assert len(world.switchings("emails")) == 2


@then("nobody has switched a channel, as far as the records say")
def _recorded_nothing(world: World) -> None:
    assert not world.switchings("emails")
