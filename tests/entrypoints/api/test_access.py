"""Who may ask for what? For every operation that there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.api_key import ApiKey, Scope, hash_of
from entrypoints.api.access import Doorkeeper, token_of
from entrypoints.api.app import OPERATIONS
from entrypoints.api.operations import Operation
from tests.acceptance.world import World
from tests.entrypoints.api.client import (
    HERE,
    SECRET,
    Answer,
    Client,
    anybody_here,
    make_key,
    whoever_has,
    with_key,
)

_SOME_ID = "00000000-0000-4000-8000-000000000000"


def target_of(operation: Operation) -> str:
    return operation.path.replace("{id}", _SOME_ID).replace("{event_id}", "an-event")


def asked(client: Client, operation: Operation) -> Answer:
    """With a body that says nothing where one is wanted: whoever is let in is told so."""
    body = None if operation.body is None else b"{}"
    return client(operation.method, target_of(operation), body)


def with_each_other_scope() -> Iterator[object]:
    for operation in OPERATIONS:
        for scope in Scope:
            if scope is not operation.scope:
                yield pytest.param(operation, scope, id=f"{operation.id} with {scope}")


each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=[each.id for each in OPERATIONS]
)


def session(key_id: str, world: World, **more: object) -> ApiKey:
    return ApiKey(
        id="session",
        name="a session",
        hash=hash_of(SECRET),
        scopes=frozenset(Scope),
        made_at=world.now,
        made_by="Linus",
        session_of=key_id,
        **more,  # type: ignore[arg-type]
    )


class TestWhoHasNoRight:
    @each_operation
    @pytest.mark.parametrize(
        "authorization",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer tidings",
            "Bearer tidings__",
            "Bearer tidings_key0_wrong-secret",
            f"Bearer tidings_key1_{SECRET}",
            f"Bearer other_key0_{SECRET}",
            f"Basic tidings_key0_{SECRET}",
            f"tidings_key0_{SECRET}",
            "Bearer \xff\xfe",
            "Bearer " + "x" * 10_000,
        ],
    )
    def test_is_not_let_in_without_a_key_that_is_right(
        self, world: World, operation: Operation, authorization: str | None
    ) -> None:
        client = with_key(world, *Scope)
        client.headers = {} if authorization is None else {"Authorization": authorization}
        answer = asked(client, operation)
        assert (answer.status, answer.problem) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert SECRET not in answer.body.decode()

    @each_operation
    def test_is_not_let_in_with_a_revoked_key(self, world: World, operation: Operation) -> None:
        client = with_key(world, *Scope)
        world.run(world.tidings.revoke_key("key0", by="Linus"))
        assert asked(client, operation).problem == "unauthenticated"

    @each_operation
    def test_is_not_let_in_with_a_session_that_is_over(
        self, world: World, operation: Operation
    ) -> None:
        key_id = make_key(world, *Scope)
        over = session(key_id, world, expires_at=world.now)
        world.run(world.tidings.api_keys.add(over))
        client = whoever_has(world, token_of(over.id, SECRET))
        assert asked(client, operation).problem == "unauthenticated"

    @each_operation
    def test_is_not_let_in_with_a_session_of_the_console(
        self, world: World, operation: Operation
    ) -> None:
        key_id = make_key(world, *Scope)
        alive = session(key_id, world, expires_at=world.now + timedelta(hours=1))
        world.run(world.tidings.api_keys.add(alive))
        client = whoever_has(world, token_of(alive.id, SECRET))
        assert asked(client, operation).problem == "unauthenticated"

    @pytest.mark.parametrize(("operation", "scope"), list(with_each_other_scope()))
    def test_may_not_do_what_needs_another_scope(
        self, world: World, operation: Operation, scope: Scope
    ) -> None:
        answer = asked(with_key(world, scope), operation)
        assert (answer.status, answer.problem) == (403, "forbidden")
        assert operation.scope in answer.json["detail"]

    @each_operation
    def test_has_no_body_read(self, world: World, operation: Operation) -> None:
        client = with_key(world)
        endless = [b"[" * 1024] * 100_000
        answer = client(operation.method, target_of(operation), endless)
        assert answer.problem == "forbidden"


class TestWhoHasTheScope:
    @each_operation
    def test_is_let_in(self, world: World, operation: Operation) -> None:
        assert asked(with_key(world, operation.scope), operation).status not in (401, 403)

    def test_has_the_use_of_a_session_written_once_a_minute(self, world: World) -> None:
        key_id, begun_at = make_key(world, *Scope), world.now
        alive = session(key_id, world, expires_at=world.now + timedelta(hours=1))
        world.run(world.tidings.api_keys.add(alive))
        doorkeeper = Doorkeeper(world.tidings.api_keys, world.tidings.clock)
        for seconds, used_after in ((0, 0), (50, 0), (11, 61), (50, 61)):
            world.pass_time(timedelta(seconds=seconds))
            admitted = world.run(doorkeeper.admit(token_of(alive.id, SECRET)))
            assert admitted is not None
            assert admitted.has_session
            [key] = world.run(world.tidings.api_keys.all())
            assert key.used_at == begun_at + timedelta(seconds=used_after)

    def test_may_spell_bearer_as_he_likes(self, world: World) -> None:
        client = with_key(world, Scope.READ)
        client.headers = {"Authorization": f"bEARER  {token_of('key0', SECRET)} "}
        assert client.get("/v1/statistics").status == 200

    def test_waits_while_nobody_knows_whether_the_key_is_right(self, world: World) -> None:
        client = with_key(world, *Scope)
        world.break_store()
        answer = client.get("/v1/statistics")
        assert answer.problem == "unavailable"
        assert answer.headers["retry-after"] == "2"


class TestWhereNoKeysAreNeeded:
    @each_operation
    def test_everything_may_be_asked_from_this_machine(
        self, ask: Client, operation: Operation
    ) -> None:
        assert asked(ask, operation).status not in (401, 403)

    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:80"]
    )
    def test_this_machine_has_these_names(self, ask: Client, host: str) -> None:
        assert ask.get("/v1/statistics", Host=host).status == 200

    @each_operation
    @pytest.mark.parametrize(
        "host",
        [
            "",
            "tidings.example",
            "127.0.0.1.tidings.example",
            "localhost.tidings.example:8080",
            "localhost@tidings.example",
            "127.0.0.2",
            "[",
            "[::1",
            "localhost:x",
        ],
    )
    def test_another_name_that_leads_here_is_refused(
        self, ask: Client, operation: Operation, host: str
    ) -> None:
        ask.headers = {"Host": host}
        assert asked(ask, operation).problem == "forbidden"

    @each_operation
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
            pytest.param({"Sec-Fetch-Site": "same-site"}, id="another port of this machine"),
            pytest.param({"Origin": "https://tidings.example"}, id="an origin elsewhere"),
            pytest.param({"Origin": "http://localhost:9999"}, id="an origin at another port"),
            pytest.param({"Origin": "null"}, id="an origin that hides"),
        ],
    )
    def test_a_page_of_another_site_is_refused(
        self, ask: Client, operation: Operation, headers: dict[str, str]
    ) -> None:
        ask.headers = {**HERE, **headers}
        assert asked(ask, operation).problem == "forbidden"

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"Sec-Fetch-Site": "same-origin"}, id="a page of our own"),
            pytest.param({"Sec-Fetch-Site": "none"}, id="who types the address"),
            pytest.param({"Origin": "http://localhost:8080"}, id="our own origin"),
        ],
    )
    def test_a_page_of_our_own_is_served(self, ask: Client, headers: dict[str, str]) -> None:
        ask.headers = {**HERE, **headers}
        assert ask.get("/v1/statistics").status == 200

    def test_who_reaches_a_server_that_needs_keys_may_call_it_as_he_likes(
        self, world: World
    ) -> None:
        client = with_key(world, Scope.READ)
        assert client.get("/v1/statistics", Host="tidings.example", Origin="null").status == 200
        assert anybody_here(world).get("/v1/statistics").status == 200
