"""Is the console of use in a real browser: with and without scripts, at a desk, on a phone?"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.entrypoints.program import Program

REFUSED = "rejected@simulator.tidings.test"
SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
PHONE = {"width": 375, "height": 720}
PAGES = ["/", "/?span=day", "/notifications", "/dead-letters", "/dead-letters/replay",
         "/dead-letters/discard", "/lanes", "/settings", "/audit", "/event?id=signup-1",
         f"/event?id={'x' * 255}"]  # fmt: skip
#: Whatever the page's policy kept from happening is noted where the test finds it.
_NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation",
        (event) => window.violations.push(event.violatedDirective));"""


def events() -> bytes:
    given = [
        ("signup-1", {"email": REFUSED, "phoneNumber": "+15551234567", "message": "Welcome"}),
        ("signup-2", {"email": REFUSED, "message": "Welcome"}),
        ("slow", {"email": "busy-1@simulator.tidings.test", "message": "Slow"}),
        (SCRIPT, {"email": "ada@example.com", "subject": SCRIPT, "message": SCRIPT}),
        ("x" * 255, {"email": f"{'y' * 60}@{'z' * 60}.example.com", "message": "z" * 3000}),
    ]
    lines = [
        {"eventId": id_, "messageType": SCRIPT, "timestamp": 1_700_000_000_000, "payload": payload}
        for id_, payload in given
    ]
    return "\n".join(map(json.dumps, lines)).encode()


@dataclass(slots=True)
class Served:
    """The program, with its console, and a key for that."""

    address: str
    key: str
    program: Program


@dataclass(slots=True)
class Desk:
    """A page, and everything about it that ought not to be."""

    page: Page
    served: Served
    trouble: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.served.address + path)
        return self.page

    def sign_in(self) -> Page:
        page = self.open("/")
        page.get_by_label("API key").fill(self.served.key)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Overview").wait_for()
        return page

    def find(self, text: str) -> Page:
        self.page.get_by_role("searchbox").fill(text)
        self.page.get_by_role("searchbox").press("Enter")
        return self.page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "not run: no Chromium, so no browser (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    home: Path = tmp_path_factory.mktemp("console")
    program = Program(home, API_PORT=str(port), API_KEYS="required", RETRY_DELAY_MS="20000")
    published = program("publish", "--file", "-", "--as-they-are", stdin=events())
    assert published.code == 0, published
    scopes = [f"--scope={scope}" for scope in ("read", "personal", "operate")]
    made = program("keys", "create", "on call", *scopes, "--by", "Linus", "--json")
    assert made.code == 0, made
    with program.running("up") as running:
        running.wait_until(lambda: "RETRYING" in program("list", "--event", "slow").out)
        yield Served(f"http://127.0.0.1:{port}", json.loads(made.out)["key"], program)


def a_desk(context: BrowserContext, served: Served) -> Iterator[Desk]:
    """Whatever it complains of is told when the test is over."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.add_init_script(_NOTE_VIOLATIONS)
    desk = Desk(page, served)
    page.on("dialog", lambda dialog: desk.trouble.append(f"dialog: {dialog.message}"))
    page.on("pageerror", lambda error: desk.trouble.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: desk.trouble.append(said.text) if said.type in ("error", "warning") else None,
    )
    yield desk
    context.close()
    assert desk.trouble == []


@pytest.fixture
def desk(chromium: Browser, served: Served) -> Iterator[Desk]:
    yield from a_desk(chromium.new_context(), served)


@pytest.fixture
def phone(chromium: Browser, served: Served) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 375, "height": 720}, is_mobile=True)
    yield from a_desk(context, served)


@pytest.fixture
def plain(chromium: Browser, served: Served) -> Iterator[Desk]:
    """Without JavaScript."""
    yield from a_desk(chromium.new_context(java_script_enabled=False), served)


def test_tells_why_from_an_address_alone(desk: Desk) -> None:
    page = desk.sign_in()
    page.keyboard.press("/")
    page.keyboard.type(REFUSED)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="signup-1").click()
    page.get_by_text("It was not sent: the provider refused it for good.").wait_for()
    assert page.get_by_text("550 5.1.1 no such mailbox").count() >= 1


def test_tells_why_without_javascript_too(plain: Desk) -> None:
    page = plain.sign_in()
    plain.find(REFUSED)
    page.get_by_role("link", name="signup-1").click()
    page.get_by_text("It was not sent: the provider refused it for good.").wait_for()


def test_leads_on_from_anywhere_in_a_row(desk: Desk) -> None:
    page = desk.sign_in()
    desk.open("/dead-letters?reason=rejected")
    page.get_by_role("cell", name="550 5.1.1 no such mailbox").first.click()
    page.get_by_role("heading", name="rejected").wait_for()
    title = page.locator("time").first.get_attribute("title") or ""
    assert " UTC, here " in title


def test_shows_what_a_replay_would_do_and_then_does_it(desk: Desk) -> None:
    page = desk.sign_in()
    desk.open("/event?id=signup-2")
    page.get_by_role("link", name="Replay …").click()
    page.get_by_text("Nothing is changed yet").wait_for()
    page.get_by_label("Why?").fill("the mailbox is back")
    page.get_by_role("button", name="Replay 1").click()
    page.get_by_text("1 replayed").wait_for()
    page.get_by_text("It was replayed by on call").wait_for()


def test_renews_itself_while_something_happens(desk: Desk) -> None:
    page = desk.sign_in()
    desk.open("/event?id=slow")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_text("attempt 2 taken by a simulated recipient").wait_for()
    assert page.evaluate("window.isTheSamePage")


def test_pauses_a_lane_and_lets_it_go_on(desk: Desk) -> None:
    page = desk.sign_in()
    desk.open("/lanes")
    page.get_by_label("Why?").last.fill("the carrier moves")
    page.get_by_role("button", name="Pause the sms lane").click()
    page.get_by_text("Paused by on call").wait_for()
    page.get_by_role("button", name="Resume the sms lane").click()
    page.get_by_text("The lane goes on.").wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_fits_on_a_phone(phone: Desk, path: str) -> None:
    page = phone.sign_in()
    phone.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("window.violations") == []


def test_runs_nothing_that_a_producer_wrote(desk: Desk) -> None:
    page = desk.sign_in()
    desk.find(SCRIPT)
    page.get_by_role("heading", name=SCRIPT, exact=True).wait_for()
    page.get_by_text("What it says").click()
    for path in ("/notifications", "/dead-letters"):
        desk.open(path)
        assert page.evaluate("window.violations") == []


def test_would_run_nothing_even_if_a_page_let_it_through(desk: Desk) -> None:
    page = desk.sign_in()
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='alert(1)'>");
            const script = document.createElement("script");
            script.textContent = "alert(2)";
            document.body.append(script);
        }"""
    )
    page.wait_for_function("window.violations.length >= 2")
    desk.trouble = [each for each in desk.trouble if "Content Security Policy" not in each]


def test_can_be_used_by_keys_alone(desk: Desk) -> None:
    page = desk.sign_in()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_remembers_who_follows_a_link_from_elsewhere(desk: Desk) -> None:
    page = desk.sign_in()
    here = desk.served.address.replace("127.0.0.1", "localhost")
    page.route(f"{here}/elsewhere", lambda route: route.fulfill(
        content_type="text/html", body=f"<a href='{desk.served.address}/lanes'>to the lanes</a>"
    ))  # fmt: skip
    page.goto(f"{here}/elsewhere")
    page.get_by_role("link", name="to the lanes").click()
    page.get_by_role("heading", name="Lanes").wait_for()
