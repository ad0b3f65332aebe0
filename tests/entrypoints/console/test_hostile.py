"""Can anything that a producer, a provider or a person writes do anything in a page?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from domain.audit import Action, AuditEntry
from domain.dead_letter import DeadLetter
from domain.outcome import Accepted, Rejected
from domain.record import Position
from tests.acceptance.world import World
from tests.entrypoints.console.browser import Browser, Sheet, console

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "'\"><img src=x onerror=alert(2)><!--"
TURNED = "\u202eevil\u2066\u0007\x1b[31m"
HOSTILE = [SCRIPT, BREAKOUT, TURNED, "{{7*7}}{% x %}", "javascript:alert(3)"]
PAGES = ["/", "/notifications", "/dead-letters", "/dead-letters/replay", "/dead-letters/discard",
         "/lanes", "/audit", "/settings"]  # fmt: skip

#: Of our own templates alone.
_SCRIPTS = ("/static/htmx.min.js?", "/static/console.js?")


def events(text: str) -> Sequence[Mapping[str, Any]]:
    payload = {"email": "ada@example.com", "phoneNumber": text, "message": text, "subject": text}
    return [
        {"eventId": text, "messageType": text, "timestamp": 0, "payload": payload},
        {"eventId": "b", "timestamp": 0, "payload": {"email": text, "message": text, text: text}},
    ]


def a_dead_letter(text: str, now: datetime) -> DeadLetter:
    return DeadLetter(
        id=UUID(int=7),
        reason=text,
        error=text,
        failed_at=now,
        position=Position(topic=text, partition=0, offset=1),
        body=text.encode(),
        event_id=text,
        channel=text,
        message_type=text,
    )


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture
def sheets(world: World, hostile: str) -> Sequence[Sheet]:
    """Every page, with that in every field that it shows."""
    world.sender("email").will(
        Accepted(provider_id=hostile, reason=hostile, rule=hostile),
        Rejected(reason=hostile, rule=hostile),
    )
    world.publish(*events(hostile), *events(hostile))
    world.turn()
    letter = a_dead_letter(hostile, world.now)
    tidings = world.tidings
    world.run(tidings.dead_letters.add([letter]))
    world.run(tidings.pause_lane("sms", by=hostile, why=hostile))
    entry = AuditEntry(
        at=world.now, by=hostile, action=Action.SIGNED_IN, about=hostile, words=hostile
    )
    world.run(tidings.audit_log.append([entry]))
    browser = console(world, smtp_host=hostile)
    letters = [f"/dead-letter?id={each.id}" for each in world.dead_letters()]
    stories = [world.notification(each, "email").id for each in (hostile, "b")]
    return [
        *(browser.get(path) for path in (*PAGES, *letters)),
        *(browser.get(f"/event?id={id_}") for id_ in stories),
        browser.get(f"/notifications?like={stories[0]}"),
        browser.search(hostile),
        browser.search(f"nothing {hostile}"),
    ]


def test_runs_nothing(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        assert sheet.status in (200, 404), sheet.text
        scripts = [each.get("src") or "" for each in sheet.all("script")]
        assert all(each.startswith(_SCRIPTS) for each in scripts), scripts
        assert len(scripts) == len(_SCRIPTS)
        assert not sheet.all("img")
        for _, attributes in sheet.tags:
            assert not any(name.startswith("on") or name == "style" for name in attributes)


def test_leads_nowhere_else(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        leading = [each.get("href") or "" for each in sheet.all("a")]
        leading += [each.get("action") or "" for each in sheet.all("form")]
        assert all(each.startswith(("/", "#main")) for each in leading), leading
        assert not any(each.startswith("//") for each in leading)


def test_turns_no_writing_round(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        text = sheet.html.replace("\n", "")
        assert text.isprintable(), [each for each in text.split("<") if not each.isprintable()]


def test_is_kept_out_by_headers_too(browser: Browser) -> None:
    for path in ("/", "/sign-in", "/dead-letters?after=wrong", "/static/console.css"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_nothing_shown_is_kept_by_a_browser(browser: Browser) -> None:
    assert browser.get("/notifications").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "said", ["<script>", "replayed:x:1", "replayed:1", "none:1:1", "replayed:1:1<script>"]
)
def test_a_cookie_puts_no_words_into_a_page(browser: Browser, said: str) -> None:
    browser.cookies["tidings_said"] = said
    page = browser.get("/")
    assert page.status == 200
    assert 'role="status"' not in page.html


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"token=%FF%FE", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 100, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data", 415),
    ],
    ids=["large", "no text", "many fields", "JSON", "multipart"],
)
def test_a_form_that_is_none_is_a_clear_answer(
    browser: Browser, body: bytes, kind: str, status: int
) -> None:
    for path in ("/search", "/sign-in", "/lanes/pause"):
        answer = browser.ask("POST", path, body, {"content-type": kind})
        assert answer.status == status, path
