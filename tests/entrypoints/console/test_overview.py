"""Does the overview draw what happened, and count it seldom enough?"""

from __future__ import annotations

from datetime import datetime, timedelta

from application.statistics import Stretch
from domain.outcome import Unknown
from entrypoints.console.pictures import HEIGHT, latency, throughput
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.builders import NOON
from tests.entrypoints.console.browser import Browser

MINUTE = timedelta(minutes=1)
SLOTS = [NOON + place * MINUTE for place in range(3)]


def stretch(channel: str, at: datetime, accepted: int, *, seconds: float | None = None) -> Stretch:
    times = {} if seconds is None else dict.fromkeys((50, 95, 99), timedelta(seconds=seconds))
    return Stretch(channel=channel, begun_at=at, accepted=accepted, failed=0, time_to_sent=times)


class TestThePictureOfThroughput:
    def test_has_one_channel_upon_the_other(self) -> None:
        drawn = throughput(
            [stretch("email", SLOTS[1], 3), stretch("sms", SLOTS[1], 1)], SLOTS, "minute"
        )
        assert drawn.bars[1].parts == [(25.0, 75.0), (0.0, 25.0)]
        assert drawn.bars[1].words == "12:01: 3 email, 1 sms"
        assert (drawn.most, drawn.latest) == ("4 a minute", "0")

    def test_shows_what_there_is_however_little(self) -> None:
        drawn = throughput(
            [stretch("email", SLOTS[0], 1), stretch("email", SLOTS[2], 100_000)], SLOTS, "minute"
        )
        [(_, height), _] = drawn.bars[0].parts
        assert height > 0

    def test_of_nothing_is_empty(self) -> None:
        drawn = throughput([], SLOTS, "minute")
        assert not any(height for bar in drawn.bars for _, height in bar.parts)

    def test_has_dates_where_there_are_two_days(self) -> None:
        slots = [NOON, NOON + timedelta(hours=13)]
        drawn = throughput([stretch("email", slots[0], 1)], slots, "half hour")
        assert (drawn.begin, drawn.end) == ("02 Mar 12:00", "03 Mar 01:00")
        assert drawn.bars[0].words.startswith("02 Mar 12:00: ")


class TestThePictureOfLatency:
    def test_is_of_the_slower_channel(self) -> None:
        drawn = latency(
            [stretch("email", SLOTS[0], 1, seconds=4), stretch("sms", SLOTS[0], 1, seconds=2)],
            SLOTS,
        )
        assert drawn.most == "4.0 s"
        assert drawn.bars[0].parts[0] == (0.0, HEIGHT)

    def test_of_what_took_no_time_is_drawn_too(self) -> None:
        drawn = latency([stretch("email", SLOTS[0], 1, seconds=0)], SLOTS)
        assert drawn.most == "0 ms"


def test_is_counted_once_for_everybody_who_looks_meanwhile(world: World, browser: Browser) -> None:
    world.tell("Ada", "email")
    before = browser.get("/").text
    world.tell_many("Ada", "email", 4)
    assert browser.get("/").text == before


def test_says_when_nothing_needs_anybody(world: World, browser: Browser) -> None:
    world.tell("Ada", "email")
    assert "Nothing needs anybody." in browser.get("/").text


def test_says_how_many_may_have_arrived(world: World, browser: Browser) -> None:
    world.sender("SMS").will(Unknown(reason="connection lost"))
    world.tell("Grace", "SMS")
    world.pass_time(timedelta(minutes=20))
    assert "1 may have arrived, and waits for somebody to say" in browser.get("/").text


def test_tells_who_has_nothing_yet_how_to_begin(browser: Browser) -> None:
    assert "tidings publish signup" in browser.get("/").text


def test_is_there_while_the_stream_is_away(world: World, browser: Browser) -> None:
    world.tell("Ada", "email")
    assert isinstance(world.assembly, MemoryAssembly)
    world.assembly.break_stream()
    page = browser.get("/")
    assert page.status == 200
    assert "The stream cannot be asked" in page.text
    assert browser.search("nobody@example.com").status == 404
