"""Is a person told what a notification waits for, what comes next, and what they can do?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import StringIO

import pytest
from rich.console import Console

from application.ports.notification_history import Chapter
from domain.dead_letter import DeadLetter, Settled, Settlement
from domain.notification import Notification
from domain.outcome import Accepted, Rejected, Unknown
from domain.outline import Outline
from domain.pause import Pause
from domain.status import Wait
from entrypoints.terminal.story import print_story
from entrypoints.terminal.tables import print_notifications
from tests.builders import (
    ADA,
    EMAIL,
    SMS,
    WORKER,
    a_begun_notification,
    a_failed_notification,
    a_held_notification,
    an_event,
    at,
    waiting,
)

ATTEMPTS = 4  # are allowed
EXPIRING = an_event(expires_at=at(40))


def a_chapter(notification: Notification) -> Chapter:
    """Of a notification that has moved once, or whose earlier moves do not matter."""
    letter = notification.dead_letter()
    return Chapter(
        notification=notification,
        trail=[notification.last_move],
        sightings=[],
        dead_letters=[] if letter is None else [letter],
    )


def told(*chapters: Chapter, now: datetime, paused: Pause | None = None) -> str:
    """In one line, however a terminal wraps it."""
    out = StringIO()
    pauses = {} if paused is None else {paused.channel: paused}
    console = Console(file=out, width=200)
    print_story(console, chapters, now=now, reveal=False, attempts=ATTEMPTS, paused=pauses)
    return " ".join(out.getvalue().split())


def refused(*, expires_at: datetime | None = None) -> Notification:
    begun = a_begun_notification(event=an_event(expires_at=expires_at))
    outcome = Rejected(reason="550 no such user")
    return begun.settle(outcome, channel=EMAIL, now=at(1), by=WORKER, wake_at=at(1))


def uncertain(event_id: str = "9f0c", *, of: str = "email") -> Notification:
    channel = EMAIL if of == "email" else SMS
    begun = a_begun_notification(event=an_event(event_id=event_id), channel=channel)
    unknown = begun.settle(
        Unknown(reason="contact was lost"), channel=channel, now=at(1), by=WORKER, wake_at=at(1)
    )
    return unknown.hold(waiting(Wait.PERSON, until=at(61)), now=at(1), by=WORKER)


def the_letter(notification: Notification) -> DeadLetter:
    letter = notification.dead_letter()
    assert letter is not None
    return letter


class TestAHoldPastTheExpiry:
    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            (Wait.TURN, "waits for its turn"),
            (Wait.RATE, "held by the rate rule"),
            (Wait.CIRCUIT, "held, as its provider is down"),
            (Wait.SCHEDULE, "not to be sent yet"),
            (Wait.BACKOFF, "waits for the next try"),
        ],
    )
    def test_is_said_to_end_in_its_expiry(self, reason: Wait, words: str) -> None:
        held = a_held_notification(event=EXPIRING, reason=reason, until=at(60))
        said = told(a_chapter(held), now=at(10))
        late = f"{words}, but expires first, at 12:00:40 UTC"
        assert f"; {late}" in said
        assert f"Next: {late}, in 30 s" in said
        assert "until" not in said

    def test_is_said_so_in_a_list(self) -> None:
        out = StringIO()
        held = a_held_notification(event=EXPIRING, until=at(60))
        print_notifications(Console(file=out, width=200), [Outline.of(held)])
        line = "waits for the rate rule, but expires first, at 2026-03-02 12:00:40"
        assert out.getvalue().splitlines()[1].strip() == line

    def test_is_not_said_of_one_that_ends_before(self) -> None:
        held = a_held_notification(event=EXPIRING, until=at(30))
        said = told(a_chapter(held), now=at(10))
        assert "Next: held by the rate rule until 12:00:30 UTC, in 20 s at the earliest" in said

    def test_fails_when_somebody_works_again(self) -> None:
        held = a_chapter(a_held_notification(event=EXPIRING, until=at(30)))
        said = told(held, now=at(39))
        assert "Next: as soon as `tidings up` runs" in said
        said = told(held, now=at(40))
        assert "Next: fails, as it has expired, as soon as `tidings up` runs" in said


class TestAHoldThatMayLast:
    def test_is_no_promise_while_the_provider_is_down(self) -> None:
        held = a_held_notification(reason=Wait.CIRCUIT, until=at(30))
        said = told(a_chapter(held), now=at(10))
        assert "Next: its provider is down, and is tried again at 12:00:30 UTC, in 20 s; " in said
        assert "if it is still down then, later" in said

    def test_has_no_time_in_the_trail_that_looks_like_the_present_one(self) -> None:
        held = a_held_notification(reason=Wait.CIRCUIT, until=at(30))
        later = held.hold(waiting(Wait.CIRCUIT, until=at(90)), now=at(30), by=WORKER)
        chapter = replace(a_chapter(later), trail=[held.last_move])
        said = told(chapter, now=at(40))
        assert "; held, as its provider is down Next:" in said
        assert "12:00:30 UTC" not in said

    def test_may_be_longer_for_who_is_behind_others(self) -> None:
        said = told(a_chapter(a_held_notification(until=at(30))), now=at(10))
        assert "at the earliest; later if others for the same recipient go first" in said

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            (Wait.CIRCUIT, "its provider, which is down and is tried again at 2026-03-02 12:00:30"),
            (Wait.RATE, "the rate rule until 2026-03-02 12:00:30 at the earliest"),
        ],
    )
    def test_is_no_promise_in_a_list_either(self, reason: Wait, words: str) -> None:
        out = StringIO()
        held = a_held_notification(reason=reason, until=at(30))
        print_notifications(Console(file=out, width=200), [Outline.of(held)])
        assert out.getvalue().splitlines()[1].strip() == f"waits for {words}"


class TestATryThatIsToCome:
    @pytest.mark.parametrize(
        ("attempt", "words"),
        [
            (1, "attempt 2 of 4 at 12:00:30 UTC, in 20 s; if all are put off"),
            (3, "attempt 4, the last, at 12:00:30 UTC, in 20 s; if that is put off too"),
        ],
        ids=["of several", "the last"],
    )
    def test_says_which_it_is_and_what_if_they_run_out(self, attempt: int, words: str) -> None:
        tried = a_held_notification(reason=Wait.BACKOFF, until=at(30))
        tried = replace(tried, last_move=replace(tried.last_move, attempt=attempt))
        said = told(a_chapter(tried), now=at(10))
        assert f"; attempt {attempt + 1} at 12:00:30 UTC" in said
        assert f"Next: {words}, it fails and becomes a dead letter" in said


class TestWhatStoodInForAProvider:
    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ("outbox", "attempt 1 written to the outbox"),
            ("simulated:taken", "attempt 1 taken by a simulated recipient"),
            ("null", "attempt 1 dropped"),
            ("smtp:250", "attempt 1 taken by the provider"),
        ],
    )
    def test_is_not_called_a_provider(self, rule: str, words: str) -> None:
        sent = a_begun_notification().settle(
            Accepted(rule=rule), channel=EMAIL, now=at(1), by=WORKER, wake_at=at(1)
        )
        assert words in told(a_chapter(sent), now=at(2))


LINUS = Pause(channel="email", paused_at=at(5), paused_by="Linus", why="the relay moves")


class TestAPausedLane:
    def test_is_what_comes_before_anything_else(self) -> None:
        held = a_chapter(a_held_notification(reason=Wait.PAUSE, until=at()))
        said = told(held, now=at(65), paused=LINUS)
        assert "held, as its lane is paused" in said
        assert (
            "Next: goes on when its lane is resumed; it is paused by Linus since 2026-03-02 "
            "12:00:05 UTC (1 min): “the relay moves”; `tidings lanes resume email` ends it"
        ) in said

    def test_is_said_beside_what_is_later(self) -> None:
        held = a_chapter(a_held_notification(until=at(90)))
        said = told(held, now=at(65), paused=LINUS)
        assert "Next: held by the rate rule until 12:01:30 UTC, in 25 s at the earliest" in said
        assert "; but its lane is" in said
        assert "paused by Linus since" in said

    def test_lets_what_has_expired_fail_later(self) -> None:
        held = a_chapter(a_held_notification(event=EXPIRING, until=at(30)))
        said = told(held, now=at(65), paused=LINUS)
        assert "Next: fails, as it has expired, when its lane is resumed; it is paused" in said

    def test_is_nothing_to_what_is_settled_or_under_way(self) -> None:
        for notification in (refused(), a_begun_notification()):
            assert "Linus" not in told(a_chapter(notification), now=at(65), paused=LINUS)

    def test_is_no_hindrance_to_a_person(self) -> None:
        said = told(a_chapter(uncertain()), now=at(65), paused=LINUS)
        assert "tidings resolve 9f0c" in said

    def test_of_the_other_channel_does_not_matter(self) -> None:
        held = a_chapter(a_held_notification(until=at(90)))
        assert "Linus" not in told(held, now=at(65), paused=replace(LINUS, channel="sms"))

    def test_is_over_for_what_has_not_been_claimed_yet(self) -> None:
        held = a_chapter(a_held_notification(reason=Wait.PAUSE, until=at()))
        assert "Next: as soon as `tidings up` runs" in told(held, now=at(65))

    def test_has_no_end_in_a_list(self) -> None:
        out = StringIO()
        held = a_held_notification(reason=Wait.PAUSE, until=at())
        print_notifications(Console(file=out, width=200), [Outline.of(held)])
        assert out.getvalue().splitlines()[1].strip() == "waits for its lane to be resumed"


class TestTheHeading:
    def test_says_when_it_may_be_sent_and_when_it_expires(self) -> None:
        event = an_event(send_at=at(30), expires_at=at(40))
        said = told(a_chapter(a_begun_notification(event=event)), now=at())
        times = ("2026-03-02 12:00:30 UTC", "2026-03-02 12:00:40 UTC")
        assert f"not to be sent before {times[0]}; expires {times[1]}" in said

    def test_says_nothing_of_what_the_event_does_not_say(self) -> None:
        said = told(a_chapter(a_begun_notification()), now=at())
        assert "expir" not in said
        assert "not to be sent" not in said

    def test_says_that_the_expiry_was_set_aside(self) -> None:
        replayed = refused(expires_at=at(40)).replay(
            recipient=EMAIL.read_recipient(ADA),
            due_at=at(50),
            now=at(50),
            by="grace",
            why="still true",
            ignore_expiry=True,
        )
        said = told(a_chapter(replayed), now=at(60))
        assert "its expiry was set aside" in said
        assert "Next: as soon as `tidings up` runs" in said


class TestAFailure:
    def test_names_the_replay_of_its_dead_letter(self) -> None:
        failed = refused()
        command = f"tidings dlq replay {the_letter(failed).id} --yes --why …"
        said = told(a_chapter(failed), now=at(10))
        assert f"Next: nothing by itself; `{command}` gives it another life" in said

    @pytest.mark.parametrize(
        ("now", "option"), [(at(39), ""), (at(40), " --ignore-expiry")], ids=["before", "after"]
    )
    def test_names_what_an_expired_one_needs(self, now: datetime, option: str) -> None:
        failed = refused(expires_at=at(40))
        said = told(a_chapter(failed), now=now)
        assert f"replay {the_letter(failed).id}{option} --yes" in said

    def test_of_an_address_that_is_none_asks_for_the_right_one(self) -> None:
        said = told(a_chapter(a_failed_notification()), now=at(10))
        assert "Next: nothing; the address is none" in said
        assert "under a new id" in said
        assert "replay" not in said

    @pytest.mark.parametrize("settled", [True, False], ids=["settled", "of an earlier life"])
    def test_is_left_alone_where_no_dead_letter_of_it_is_open(self, settled: bool) -> None:
        failed = refused()
        letter = the_letter(failed)
        discarded = Settlement(how=Settled.DISCARDED, at=at(5), by="grace", why="she is gone")
        kept = replace(letter, settlement=discarded) if settled else replace(letter, generation=0)
        assert "Next" not in told(replace(a_chapter(failed), dead_letters=[kept]), now=at(10))


class TestWhatWaitsForAPerson:
    @pytest.mark.parametrize(
        ("event_id", "typed"),
        [
            pytest.param("9f0c", "9f0c", id="plain"),
            pytest.param("two words; $HOME", "'two words; $HOME'", id="with what a shell reads"),
            pytest.param("-x", str(uncertain("-x").id), id="like an option"),
            pytest.param("a\nb", str(uncertain("a\nb").id), id="that cannot be typed"),
        ],
    )
    def test_is_told_with_the_whole_command(self, event_id: str, typed: str) -> None:
        said = told(a_chapter(uncertain(event_id)), now=at(31))
        command = f"tidings resolve {typed} sent|resend|fail"
        ends = "at 12:01:01 UTC, in 30 s"
        assert f"Next: `{command}` says what became of it; else it fails {ends}" in said

    def test_is_told_with_its_channel_if_both_wait(self) -> None:
        chapters = [a_chapter(uncertain()), a_chapter(uncertain(of="sms"))]
        said = told(*chapters, now=at(31))
        for channel in ("email", "sms"):
            assert f"`tidings resolve 9f0c sent|resend|fail --channel {channel}`" in said

    def test_can_be_decided_until_somebody_works_again(self) -> None:
        said = told(a_chapter(uncertain()), now=at(62))
        assert "sent|resend|fail` says what became of it" in said
        assert "else it fails as soon as `tidings up` runs" in said


def endings() -> Sequence[Notification]:
    return [refused(), uncertain(), a_held_notification(), a_failed_notification()]


class TestAList:
    @pytest.mark.parametrize("width", [30, 80])
    def test_has_no_blanks_at_the_ends_of_its_lines(self, width: int) -> None:
        out = StringIO()
        print_notifications(
            Console(file=out, width=width), [Outline.of(each) for each in endings()]
        )
        lines = out.getvalue().splitlines()
        assert [line for line in lines if line != line.rstrip()] == []
        assert all(lines)
