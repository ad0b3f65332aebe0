"""Who may come in, and who may make a browser do something?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.api_key import Scope
from domain.audit import Action
from entrypoints.api.access import ANYBODY_HERE, BELIEVED_FOR
from entrypoints.console.reception import SESSION_FOR, form_token
from entrypoints.console.routes import PAGES, Page
from entrypoints.settings import ApiKeyRule
from tests.acceptance.world import World
from tests.entrypoints.console.browser import Browser, console
from tests.entrypoints.console.conftest import a_key, signed_in

READING = [each.path for each in PAGES if each.method == "GET"]


@pytest.fixture
def stranger(world: World) -> Browser:
    """Where keys are needed."""
    return console(world, api_keys=ApiKeyRule.REQUIRED)


class TestWhoHasNotSignedIn:
    @pytest.mark.parametrize("path", READING)
    def test_is_led_to_the_door(self, stranger: Browser, path: str) -> None:
        answer = stranger.get(path)
        assert answer.status == 303
        assert (answer.goes_to or "").startswith("/sign-in")

    @pytest.mark.parametrize("path", [each.path for each in PAGES if each.method == "POST"])
    def test_decides_nothing(self, stranger: Browser, path: str) -> None:
        assert stranger.post(path, {}).goes_to == "/sign-in"

    def test_comes_to_where_they_wanted_to_go(self, world: World, stranger: Browser) -> None:
        door = stranger.get("/event?id=a%2Fb").goes_to or ""
        form = stranger.get(door).form("/sign-in")
        answer = stranger.post("/sign-in", {**form, "key": a_key(world, Scope.READ)})
        assert answer.goes_to == "/event?id=a%2Fb"

    def test_comes_there_also_at_the_second_try(self, world: World, stranger: Browser) -> None:
        first = stranger.send("/sign-in?back=/lanes", "/sign-in", key="wrong")
        form = first.form("/sign-in") | {"key": a_key(world, Scope.READ)}
        assert stranger.post("/sign-in", form).goes_to == "/lanes"

    @pytest.mark.parametrize("back", ["//evil.test", "/\\evil.test", "https://evil.test", "/\r\n"])
    def test_is_never_led_elsewhere(self, world: World, stranger: Browser, back: str) -> None:
        key = a_key(world, Scope.READ)
        assert stranger.send("/sign-in", "/sign-in", key=key, back=back).goes_to == "/"

    def test_by_a_link_from_elsewhere_is_asked_again_from_here(self, stranger: Browser) -> None:
        link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
        answer = stranger.get("/event?id=1", **link, sec_fetch_dest="document")
        assert answer.status == 200
        assert {"http-equiv": "refresh", "content": "0"} in answer.all("meta")

    def test_is_told_by_a_page_that_renews_itself(self, stranger: Browser) -> None:
        answer = stranger.get("/", hx_request="true")
        assert (answer.status, answer.headers["hx-redirect"]) == (401, "/sign-in")


class TestAKey:
    def test_opens_what_it_may(self, world: World) -> None:
        browser = signed_in(world, Scope.READ)
        assert browser.get("/").status == 200
        assert browser.get("/audit").status == 403

    def test_is_not_kept_by_the_browser(self, world: World) -> None:
        browser = signed_in(world, Scope.READ)
        assert "s3cret" not in str(browser.cookies)
        attributes = browser.set["tidings_session"].lower()
        assert all(each in attributes for each in ("httponly", "samesite=strict", "path=/"))
        assert "secure" not in attributes

    def test_is_kept_from_who_listens_where_tls_ends_before_us(
        self, world: World, stranger: Browser
    ) -> None:
        stranger.headers["x-forwarded-proto"] = "https"
        stranger.send("/sign-in", "/sign-in", key=a_key(world, Scope.READ))
        assert "secure" in stranger.set["tidings_session"].lower()

    def test_leaves_a_line_in_the_audit_log(self, world: World) -> None:
        signed_in(world, Scope.READ)
        [entry, _] = world.audit_log()
        assert (entry.action, entry.by) == (Action.SIGNED_IN, "key-1a2b")

    @pytest.mark.parametrize("key", ["", "tidings_1a2b_wrong", "tidings_none_s3cret", "x" * 500])
    def test_that_is_none_opens_nothing(self, world: World, stranger: Browser, key: str) -> None:
        a_key(world, Scope.READ)
        answer = stranger.send("/sign-in", "/sign-in", key=key)
        assert answer.status == 401
        assert "no valid key" in answer.text
        assert "tidings_session" not in stranger.cookies

    def test_without_the_scope_to_read_opens_nothing(self, world: World, stranger: Browser) -> None:
        answer = stranger.send("/sign-in", "/sign-in", key=a_key(world, Scope.SEND))
        assert answer.status == 403
        assert "tidings_session" not in stranger.cookies

    def test_ends_what_it_opened_when_it_ends(self, world: World) -> None:
        browser = signed_in(world, Scope.READ)
        world.run(world.tidings.revoke_key("1a2b", by="Linus"))
        world.assembly.clock.advance(BELIEVED_FOR)
        assert browser.get("/").status == 303


class TestASession:
    def test_is_over_after_twelve_hours(self, world: World) -> None:
        browser = signed_in(world, Scope.READ)
        world.assembly.clock.advance(SESSION_FOR - timedelta(seconds=1))
        assert browser.get("/").status == 200
        world.assembly.clock.advance(timedelta(seconds=1) + BELIEVED_FOR)
        assert browser.get("/").status == 303

    def test_is_over_when_somebody_signs_out(self, world: World) -> None:
        browser = signed_in(world, Scope.READ)
        session = dict(browser.cookies)
        assert browser.send("/", "/sign-out").goes_to == "/sign-in"
        assert "tidings_session" not in browser.cookies
        browser.cookies = session
        assert browser.get("/").status == 303

    def test_opens_no_other(self, world: World, stranger: Browser) -> None:
        browser = signed_in(world, Scope.READ)
        session = browser.cookies["tidings_session"]
        assert stranger.send("/sign-in", "/sign-in", key=session).status == 401


class TestAProxy:
    @pytest.fixture
    def behind(self, world: World) -> Browser:
        return console(
            world,
            console_user_header="X-Forwarded-User",
            console_proxies="10.0.0.0/8, ::1",
            console_user_scopes="read,operate",
        )

    def test_says_who_looks(self, behind: Browser) -> None:
        behind.peer = "10.1.2.3"
        page = behind.get("/", x_forwarded_user="grace")
        assert page.status == 200
        assert "grace" in page.text

    def test_gives_the_scopes_of_the_settings(self, behind: Browser) -> None:
        behind.peer = "::1"
        assert behind.get("/audit", x_forwarded_user="grace").status == 200

    def test_is_not_anybody(self, behind: Browser) -> None:
        behind.peer = "127.0.0.1"
        assert behind.get("/", x_forwarded_user="grace").status == 303

    def test_that_says_two_things_is_not_believed(self, behind: Browser) -> None:
        behind.peer = "10.1.2.3"
        assert behind.get("/", x_forwarded_user=" ").status == 403


class TestAPageOfAnotherSite:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
            {"origin": "http://evil.test"},
            {"origin": "null"},
            {"origin": "http://localhost:8081"},
        ],
        ids=str,
    )
    def test_sends_no_form(self, world: World, browser: Browser, headers: dict[str, str]) -> None:
        form = browser.get("/lanes").form("/lanes/pause")
        answer = browser.post("/lanes/pause", {**form, "why": "a prank"}, **headers)
        assert answer.status == 403
        assert world.run(world.tidings.lane_control.pauses()) == {}

    def test_reads_nothing(self, browser: Browser) -> None:
        assert browser.get("/", sec_fetch_site="cross-site", sec_fetch_mode="cors").status == 403

    def test_comes_in_under_no_name_of_its_own(self, browser: Browser) -> None:
        browser.headers["host"] = "evil.test:8080"
        assert browser.get("/").status == 403

    @pytest.mark.parametrize("token", [None, "", "0" * 64])
    def test_cannot_guess_the_token(self, browser: Browser, token: str | None) -> None:
        form = browser.get("/lanes").form("/lanes/pause") | {"why": "a prank"}
        given = {name: value for name, value in form.items() if name != "token"}
        assert (
            browser.post("/lanes/pause", given | ({"token": token} if token else {})).status == 403
        )

    def test_cannot_make_one_for_a_browser_without_cookies(self, browser: Browser) -> None:
        form = browser.get("/lanes").form("/lanes/pause") | {"why": "a prank"}
        for token in (form["token"], form_token("", ANYBODY_HERE.name)):
            browser.cookies.clear()
            assert browser.post("/lanes/pause", form | {"token": token}).status == 403


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_each_page_asks_for_its_scope(world: World, page: Page) -> None:
    browser = signed_in(world, *(set(Scope) - {Scope.OPERATE}))
    form = browser.get("/").form("/search")
    is_read = page.method == "GET"
    answer = browser.get(page.path) if is_read else browser.post(page.path, form)
    assert (answer.status == 403) is (page.scope is Scope.OPERATE)
    assert answer.status < 500
