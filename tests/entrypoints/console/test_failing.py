"""Is somebody whose page fails told so in a page, and not in JSON?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from adapters.memory.database import Database
from adapters.memory.notification_history import MemoryNotificationHistory
from application.ports.notification_history import Query
from domain.notification import Notification
from domain.outline import Outline
from entrypoints.api.app import api
from entrypoints.console.routes import console_routes
from entrypoints.load_settings import load_settings
from tests.acceptance.world import World
from tests.entrypoints.console.browser import Browser


class Mistaken(MemoryNotificationHistory):
    """Has a bug wherever it looks."""

    async def find(self, ids: Sequence[UUID]) -> Mapping[UUID, Notification]:
        raise KeyError("ada@example.com")

    async def latest(
        self, query: Query, *, limit: int, after: UUID | None = None
    ) -> Sequence[Outline]:
        raise KeyError("ada@example.com")


@pytest.fixture
def failing(world: World) -> Browser:
    tidings = replace(world.tidings, history=Mistaken(Database()))
    routes = console_routes(tidings, load_settings(tidings_env="embedded"))
    return Browser(world, api(tidings, needs_keys=False, beside=routes))


def test_a_page_that_fails_is_told_in_the_frame(failing: Browser) -> None:
    page = failing.get("/notifications")
    assert page.status == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "This page failed" in page.text
    links = [each["href"] for each in page.all("a")]
    assert {"/", "/lanes", "/notifications"} <= set(links)


def test_it_says_what_to_tell_whoever_operates_it(world: World, failing: Browser) -> None:
    page = failing.get("/notifications?like=00000000-0000-0000-0000-000000000001")
    assert f"GET /notifications failed at {world.now:%Y-%m-%d %H:%M:%S} UTC: KeyError" in page.text
    assert "ada@example.com" not in page.html


def test_a_form_that_fails_may_have_been_carried_out(failing: Browser) -> None:
    page = failing.send("/", "/search", q="ada@example.com")
    assert page.status == 500
    assert "look before you try again" in page.text
