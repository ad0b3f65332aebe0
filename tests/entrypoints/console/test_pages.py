"""Why did this not arrive? And is it said only to who may know?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.errors import StoreUnavailable
from domain.api_key import Scope
from domain.audit import Action, AuditEntry
from domain.dead_letter import UNREADABLE
from domain.failure import Failure
from domain.outcome import Accepted, Deferred, ProviderDown, Rejected, Unknown
from domain.status import Status, Wait
from entrypoints.console.pages import link
from entrypoints.console.reasons import why, why_dead
from entrypoints.console.visit import Looks
from entrypoints.load_settings import load_settings
from entrypoints.terminal.coming import what_a_dead_letter_needs
from tests.acceptance.world import World
from tests.contracts.given import newborn
from tests.entrypoints.console.browser import Browser, Sheet
from tests.entrypoints.console.conftest import signed_in

ADA, GRACE = "ada@example.com", "+15551234567"


def refuse(world: World, *, event_id: str = "signup-1") -> None:
    world.sender("email").will(Rejected(reason="550 5.1.1 no such mailbox", rule="smtp:550"))
    world.tell("Ada", "email", event_id=event_id)


class TestFromAnAddressAlone:
    """The five cases of somebody who complains."""

    def test_it_waits_for_its_hour(self, world: World, browser: Browser) -> None:
        world.tell("Ada", "email", event_id="later", sendAt=world.now + timedelta(hours=2))
        page = open_first(browser, browser.search(ADA))
        assert "its producer asked for it to be sent later" in page.text
        assert "not to be sent before" in page.text

    def test_it_was_refused(self, world: World, browser: Browser) -> None:
        refuse(world)
        page = open_first(browser, browser.search("ADA@example.com "))
        assert "the provider refused it for good" in page.text
        assert "“550 5.1.1 no such mailbox”" in page.text
        assert "rule smtp:550" in page.text

    def test_it_is_held_by_the_rate_rule(self, world: World, browser: Browser) -> None:
        world.tell_many("Ada", "email", 11)
        waiting = open_first(browser, browser.search(ADA))
        assert "the rate rule holds it" in waiting.text
        assert "One address gets at most 10 emails within 1 min" in waiting.text
        assert "at the earliest; later if others for the same recipient go first" in waiting.text
        assert "Nobody has to do anything for this notification." in waiting.text

    def test_its_event_could_not_be_read(self, world: World, browser: Browser) -> None:
        world.publish_raw(b'{"eventId": "x", "payload": {"email": "ada@example.com"}}')
        world.turn()
        page = browser.search(ADA)
        assert page.status == 404
        assert "came, and could not be read" in page.text
        assert "payload.message" in page.text

    def test_its_provider_is_down(self, world: World, browser: Browser) -> None:
        world.sender("SMS").will_always(ProviderDown(reason="connection refused"))
        world.tell_many("Grace", "SMS", 5)
        page = open_first(browser, browser.search("+1 (555) 123-4567"))
        assert "its provider is down since" in page.text
        assert "It said last: “connection refused”" in page.text
        assert "is tried again at" in page.text
        assert "whoever looks after the provider should know" in page.text
        front = browser.get("/")
        assert "The sms provider is down since" in front.text
        assert front.text.index("✕ down since") < front.text.index("Accepted each minute")
        lanes = browser.get("/lanes")
        assert "Its provider is down since" in lanes.text
        assert "not paused" in lanes.text

    def test_nothing_was_published(self, browser: Browser) -> None:
        page = browser.search(ADA)
        assert page.status == 404
        assert "Nothing is known of ada@example.com" in page.text


def open_first(browser: Browser, sheet: Sheet) -> Sheet:
    """The story that is named first in the list, which is the newest."""
    [first, *_] = [
        each["href"] for each in sheet.all("a") if (each["href"] or "").startswith("/event?")
    ]
    return browser.get(first or "")


class TestSearching:
    @pytest.mark.parametrize(
        "text", ["+1 555 123 4567", "001 555 123-4567", "15551234567", "+15551234567"]
    )
    def test_finds_a_number_as_people_write_it(
        self, world: World, browser: Browser, text: str
    ) -> None:
        world.tell("Grace", "SMS")
        assert "Notifications for" in browser.search(text).text

    @pytest.mark.parametrize("event_id", ["a/b", "..", "a b?&=#%", "\u202eab", "é", "x" * 255])
    def test_finds_an_event_whatever_its_id_holds(
        self, world: World, browser: Browser, event_id: str
    ) -> None:
        world.tell("Ada", "email", event_id=event_id)
        page = browser.search(event_id)
        assert page.status == 200
        assert "email to ada@example.com" in page.text

    def test_finds_a_notification_and_a_dead_letter(self, world: World, browser: Browser) -> None:
        refuse(world)
        notification = world.notification("signup-1", "email")
        [letter] = world.dead_letters()
        assert "email to ada@example.com" in browser.search(str(notification.id)).text
        assert "Dead letter" in browser.search(str(letter.id)).text

    def test_puts_no_address_into_a_url(self, world: World, browser: Browser) -> None:
        world.tell("Ada", "email")
        answer = browser.send("/", "/search", q=ADA)
        assert answer.goes_to is not None
        assert "ada" not in answer.goes_to


class TestAStory:
    def test_tells_every_move(self, world: World, browser: Browser) -> None:
        world.sender("email").will(Deferred(reason="450 busy", rule="smtp:450"))
        world.tell("Hedy", "email and SMS", event_id="both")
        page = browser.get("/event?id=both")
        for words in ("accepted, attempt 1 begun", "attempt 1 deferred", "“450 busy”",
                      "attempt 2 of 4 at", "attempt 1 taken by the provider"):  # fmt: skip
            assert words in page.text
        assert page.text.index("email to") < page.text.index("sms to")

    def test_goes_on_telling_while_anything_moves(self, world: World, browser: Browser) -> None:
        world.tell("Ada", "email", event_id="later", sendAt=world.now + timedelta(hours=2))
        world.tell("Ada", "email", event_id="now")
        assert any("hx-get" in each for each in browser.get("/event?id=later").all("div"))
        assert not any("hx-get" in each for each in browser.get("/event?id=now").all("div"))

    def test_tells_of_a_paused_lane(self, world: World, browser: Browser) -> None:
        world.pause("email", by="Linus", why="the relay is moved")
        world.tell("Ada", "email", event_id="held")
        page = browser.get("/event?id=held")
        assert "somebody has paused its lane" in page.text
        assert "the relay is moved" in page.text

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            (Accepted(rule="outbox"), "No provider was asked: it was written to the outbox"),
            (Accepted(rule="250"), "look in the spam folder, or ask the provider."),
            (Accepted(rule="250", provider_id="4bX"), "ask the provider by its own id, under"),
        ],
        ids=["by the outbox", "by a provider", "by a provider that says what it calls it"],
    )
    def test_says_who_took_it(
        self, world: World, browser: Browser, outcome: Accepted, words: str
    ) -> None:
        world.sender("email").will(outcome)
        world.tell("Ada", "email", event_id="taken")
        page = browser.get("/event?id=taken")
        assert words in page.text
        assert ("taken by the provider" in page.text) is (outcome.rule != "outbox")

    def test_offers_a_replay_to_who_may_do_it(self, world: World) -> None:
        refuse(world)
        story = "/event?id=signup-1"
        assert "Replay" in signed_in(world, Scope.READ, Scope.OPERATE).get(story).text
        reader = signed_in(world, Scope.READ, id_="3c4d").get(story)
        assert "Replay" not in reader.text
        assert "Its dead letter" in reader.text

    def test_has_somebody_say_what_became_of_it(self, world: World, browser: Browser) -> None:
        world.sender("SMS").will(Unknown(reason="connection lost"))
        world.tell("Grace", "SMS", event_id="silent")
        world.pass_time(timedelta(minutes=20))
        assert world.notification("silent", "SMS").waiting_for is Wait.PERSON
        page = browser.get("/event?id=silent")
        assert "It may have arrived" in page.text
        refused = browser.send("/event?id=silent", "/resolve", resolution="sent", why=" ")
        assert refused.status == 400
        answer = browser.send("/event?id=silent", "/resolve", resolution="sent", why="she has it")
        assert "Written down" in browser.follow(answer).text
        assert world.notification("silent", "SMS").status is Status.SENT
        told = [(each.action, each.words) for each in world.audit_log()]
        assert (Action.NOTIFICATION_RESOLVED, "sent: she has it") in told


class TestTheAnswer:
    @pytest.mark.parametrize("failure", Failure)
    def test_has_a_sentence_for_every_failure(self, failure: Failure) -> None:
        notification = newborn(failure=failure, words="so it is")
        settings = load_settings(tidings_env="embedded")
        assert why(notification, settings, circuit=None, now=notification.since).endswith(".")

    @pytest.mark.parametrize("reason", [*Failure, UNREADABLE, "of another system"])
    def test_has_a_sentence_for_every_dead_letter(self, reason: str) -> None:
        assert why_dead(reason).endswith(".")
        assert what_a_dead_letter_needs(reason).startswith("nothing by itself; ")


class TestWhoMayNotSeeAddresses:
    @pytest.fixture
    def reader(self, world: World) -> Browser:
        refuse(world)
        world.tell("Hedy", "email and SMS", event_id="both", text="a secret")
        world.publish_raw(b'{"email": "hedy@example.com"')
        world.turn()
        return signed_in(world, Scope.READ, Scope.OPERATE)

    @pytest.mark.parametrize(
        "path",
        ["/", "/notifications", "/event?id=both", "/event?id=signup-1", "/dead-letters",
         "/dead-letters/replay", "/dead-letters/discard", "/settings", "/audit", "/lanes"],
    )  # fmt: skip
    def test_sees_them_masked_everywhere(self, reader: Browser, path: str) -> None:
        page = reader.get(path)
        assert page.status == 200
        for secret in ("ada@", "hedy@", "+15557654321", "a secret"):
            assert secret not in page.html

    def test_reads_no_body(self, world: World, reader: Browser) -> None:
        for letter in world.dead_letters():
            page = reader.get(f"/dead-letter?id={letter.id}")
            assert "the scope personal is needed" in page.text
            assert "@example.com" not in page.html.replace("a***@example.com", "")

    def test_finds_whom_they_know(self, reader: Browser) -> None:
        assert "h***@example.com" in reader.search("hedy@example.com").text

    def test_leaves_no_trace(self, world: World, reader: Browser) -> None:
        reader.get("/event?id=both")
        reader.get("/notifications")
        actions = [entry.action for entry in world.audit_log()]
        assert Action.PERSONAL_DATA_READ not in actions


class TestWhoMaySeeAddresses:
    def test_sees_them(self, world: World) -> None:
        world.tell("Ada", "email", event_id="one", text="a secret")
        reader = signed_in(world, Scope.READ, Scope.PERSONAL)
        page = reader.get("/event?id=one")
        assert ADA in page.text
        assert "a secret" in page.text

    def test_is_noted_once_however_often_the_page_renews_itself(self, world: World) -> None:
        refuse(world)
        reader = signed_in(world, Scope.READ, Scope.PERSONAL)
        for _ in range(3):
            reader.get("/event?id=signup-1")
        [look] = looks(world)
        assert look.by == "key-1a2b"
        assert ADA not in look.about

    def test_is_noted_at_each_look_at_a_page_that_does_not(self, world: World) -> None:
        world.publish_for_strangers(60)
        refuse(world)
        reader = signed_in(world, Scope.READ, Scope.PERSONAL)
        for _ in range(2):
            reader.get("/notifications?channel=email")
            reader.get("/notifications?status=SENT")
            reader.get(f"/dead-letter?id={world.dead_letters()[0].id}")
        assert len(looks(world)) == 6

    def test_sees_nothing_that_could_not_be_noted(self, world: World) -> None:
        noted = Looks(world.tidings.audit_log, world.tidings.clock)
        world.break_store()
        with pytest.raises(StoreUnavailable):
            world.run(noted.note("Linus", "notification 1", renews_itself=True))
        world.mend_store()
        world.run(noted.note("Linus", "notification 1", renews_itself=True))
        assert [each.about for each in looks(world)] == ["notification 1"]


def looks(world: World) -> list[AuditEntry]:
    return [each for each in world.audit_log() if each.action is Action.PERSONAL_DATA_READ]


class TestDeadLetters:
    def test_are_grouped_by_their_reasons(self, world: World, browser: Browser) -> None:
        refuse(world)
        world.publish_raw(b"{")
        world.turn()
        page = browser.get("/dead-letters")
        assert "rejected" in page.text
        assert "unreadable" in page.text
        only = browser.get("/dead-letters?reason=unreadable")
        assert "signup-1" not in only.text

    def test_are_replayed_once_it_was_shown_what_that_does(
        self, world: World, browser: Browser
    ) -> None:
        refuse(world)
        look = "/dead-letters/replay?reason=rejected"
        assert "Nothing is changed yet" in browser.get(look).text
        assert world.failure("signup-1", "email") is Failure.REJECTED
        answer = browser.send(look, "/dead-letters/replay", why="the mailbox is back")
        assert "1 replayed" in browser.follow(answer).text
        world.turn()
        assert world.notification("signup-1", "email").status is Status.SENT
        assert world.dead_letters()[0].settlement is not None

    def test_that_came_after_the_look_are_left(self, world: World, browser: Browser) -> None:
        refuse(world, event_id="before")
        form = browser.get("/dead-letters/replay").form("/dead-letters/replay")
        world.pass_time(timedelta(seconds=1))
        refuse(world, event_id="after")
        browser.post("/dead-letters/replay", {**form, "why": "it is mended"})
        assert world.notification("after", "email").status is Status.FAILED
        assert world.notification("before", "email").status is not Status.FAILED

    @pytest.mark.parametrize(
        "instant", ["2026-01-01T00:00:00", "2026-01-01", "0001-01-01T00:00:00+14:00", "soon"]
    )
    @pytest.mark.parametrize("path", ["/dead-letters/replay", "/dead-letters/discard"])
    def test_seen_at_no_instant_are_a_clear_answer(
        self, browser: Browser, path: str, instant: str
    ) -> None:
        answer = browser.get(link(path, seenAt=instant))
        assert answer.status == 400
        assert "seenAt" in answer.text

    def test_are_discarded_with_a_reason(self, world: World, browser: Browser) -> None:
        refuse(world)
        [letter] = world.dead_letters()
        look = f"/dead-letters/discard?id={letter.id}"
        assert browser.send(look, "/dead-letters/discard", why="").status == 400
        answer = browser.send(look, "/dead-letters/discard", why="she has left")
        page = browser.follow(answer)
        assert "1 discarded" in page.text
        assert "discarded by anybody on this machine" in page.text
        assert "she has left" in page.text

    def test_that_were_settled_meanwhile_are_said_to_be(
        self, world: World, browser: Browser
    ) -> None:
        refuse(world)
        [letter] = world.dead_letters()
        form = browser.get(f"/dead-letters/replay?id={letter.id}").form("/dead-letters/replay")
        world.discard()
        answer = browser.post("/dead-letters/replay", {**form, "why": "again"})
        assert answer.status == 409
        assert "was discarded already by Linus" in answer.text

    def test_say_for_whom_they_were_and_what_they_need(
        self, world: World, browser: Browser
    ) -> None:
        refuse(world)
        world.publish_raw(b"{")
        world.turn()
        page = browser.get("/dead-letters")
        assert ADA in page.text
        assert "ALERT_RAISED" in page.text
        letters = {each.reason: each for each in world.dead_letters()}
        rejected = browser.get(f"/dead-letter?id={letters['rejected'].id}").text
        assert "the provider refused it for good" in rejected
        assert "A replay helps only once" in rejected
        unreadable = browser.get(f"/dead-letter?id={letters['unreadable'].id}").text
        assert "Nobody was told: an event came that could not be read." in unreadable
        for reason, is_offered in (("unreadable", False), ("rejected", True)):
            preview = browser.get(f"/dead-letters/replay?id={letters[reason].id}").text
            assert "its producer has to publish it again, mended" in preview
            assert ("How many become due" in preview) is is_offered

    def test_are_noted_where_it_is_seen_for_whom_they_were(self, world: World) -> None:
        refuse(world)
        signed_in(world, Scope.READ, Scope.PERSONAL).get("/dead-letters")
        [look] = looks(world)
        assert look.about == "a list of 1 dead letter"


class TestLanes:
    def test_lead_to_what_waits_in_them(self, world: World, browser: Browser) -> None:
        world.tell("Ada", "email", sendAt=world.now + timedelta(hours=2))
        world.tell("Ada", "email")
        [waiting] = [
            each["href"] or ""
            for each in browser.get("/lanes").all("a")
            if "waiting=" in (each["href"] or "")
        ]
        assert count_of_stories(browser.get(waiting)) == 1

    def test_are_paused_and_go_on(self, world: World, browser: Browser) -> None:
        answer = browser.send("/lanes", "/lanes/pause", channel="sms", why="the carrier moves")
        assert "The lane is paused" in browser.follow(answer).text
        assert "the carrier moves" in browser.get("/").text
        browser.send("/lanes", "/lanes/resume", channel="sms")
        assert world.run(world.tidings.lane_control.pauses()) == {}


class TestTheAuditLog:
    def test_leads_to_what_it_is_about(self, world: World, browser: Browser) -> None:
        refuse(world)
        [letter] = world.dead_letters()
        browser.get("/event?id=signup-1")
        browser.get(f"/dead-letter?id={letter.id}")
        browser.send("/lanes", "/lanes/pause", channel="sms", why="the carrier moves")
        links = [each["href"] for each in browser.get("/audit").all("a")]
        notification = world.notification("signup-1", "email")
        assert f"/event?id={notification.id}" in links
        assert f"/dead-letter?id={letter.id}" in links
        assert links.count("/lanes") == 2


class TestManyNotifications:
    def test_are_told_apart_by_their_types_which_can_be_chosen(
        self, world: World, browser: Browser
    ) -> None:
        refuse(world)
        page = browser.get("/notifications")
        assert "ALERT_RAISED" in page.text
        assert {"value": "ALERT_RAISED"} in page.all("option")
        assert "No notification matches." in browser.get("/notifications?type=NONE").text

    def test_come_page_by_page(self, world: World, browser: Browser) -> None:
        world.publish_for_strangers(60)
        world.turn()
        first = browser.get("/notifications?status=SENT")
        [older] = [each["href"] or "" for each in first.all("a") if each.get("rel") == "next"]
        assert "status=SENT" in older
        second = browser.get(older)
        assert count_of_stories(first) == 50
        assert count_of_stories(second) == 10

    @pytest.mark.parametrize(
        "query", ["status=NONE", "after=1", "like=x", "like=" + "0" * 32, "hours=-1", "hours=nan"]
    )
    def test_asked_for_wrongly_are_a_clear_answer(self, browser: Browser, query: str) -> None:
        answer = browser.get(f"/notifications?{query}")
        assert answer.status in (400, 404)
        assert "To the overview" in answer.text


def count_of_stories(sheet: Sheet) -> int:
    return sum((each["href"] or "").startswith("/event?") for each in sheet.all("a"))


def test_a_store_that_is_away_is_a_clear_answer(world: World, browser: Browser) -> None:
    world.break_store()
    answer = browser.get("/notifications")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"


def test_what_waits_to_be_read_is_told_to_who_finds_nothing(world: World, browser: Browser) -> None:
    world.publish(world.event(addresses={"email": ADA}, event_id="unread"))
    for text in ("unread", "unread-2"):
        assert "1 published event is still to be read" in browser.search(text).text
