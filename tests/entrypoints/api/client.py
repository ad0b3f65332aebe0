"""How does a test ask the API without a socket between them?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Message

from domain.api_key import Scope
from entrypoints.api.access import token_of
from entrypoints.api.app import api
from entrypoints.api.problems import KINDS
from entrypoints.container import Tidings
from tests.acceptance.world import World

SECRET = "not-very-secret"
HERE = {"Host": "localhost:8080"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """Its kind; that it is told as RFC 9457 says is seen to."""
        assert self.headers["content-type"] == "application/problem+json", self
        told = self.json
        kind: str = told["type"].removeprefix("urn:tidings:problem:")
        assert (told["status"], told["title"]) == (self.status, KINDS[kind].title)
        assert KINDS[kind].status == self.status
        return kind

    @property
    def fields(self) -> list[str]:
        """Those that are wrong."""
        assert self.problem
        return [each["field"] for each in self.json["errors"]]


@dataclass(slots=True, kw_only=True)
class Client:
    """Whoever asks `app`, with `headers` each time."""

    world: World
    app: ASGIApp
    headers: Mapping[str, str]

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | Sequence[bytes] | None = None,
        *,
        value: object = None,
        **headers: str,
    ) -> Answer:
        """`target` as in a request line; a body as bytes, or as a value to be written in JSON.
        A header's name has a `_` for each hyphen."""
        if value is not None:
            body = json.dumps(value).encode()
        given = {**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            given = {"Content-Type": "application/json", **given}
        chunks = [body or b""] if isinstance(body, bytes | None) else list(body)
        return self.world.run(self._ask(method, target, chunks, given))

    def get(self, target: str, **headers: str) -> Answer:
        return self("GET", target, None, **headers)

    def publish(self, *events: Mapping[str, Any], **headers: str) -> Answer:
        """One, or several in an array."""
        value = events[0] if len(events) == 1 else list(events)
        return self("POST", "/v1/events", None, value=value, **headers)

    def story(self, event_id: str) -> Answer:
        return self.get(f"/v1/events/{quote(event_id, safe='')}")

    async def _ask(
        self, method: str, target: str, chunks: list[bytes], headers: Mapping[str, str]
    ) -> Answer:
        raw_path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8080),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            body = chunks.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(chunks)}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return Answer(
            status=sent[0]["status"],
            headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
            body=b"".join(each.get("body", b"") for each in sent[1:]),
        )


def anybody_here(world: World) -> Client:
    """Where no keys are needed."""
    return Client(world=world, app=api(world.tidings, needs_keys=False), headers=HERE)


def with_key(world: World, *scopes: Scope) -> Client:
    """Where keys are needed, with one of its own."""
    key_id = make_key(world, *scopes)
    return whoever_has(world, token_of(key_id, SECRET))


def whoever_has(world: World, token: str) -> Client:
    app = api(world.tidings, needs_keys=True)
    return Client(world=world, app=app, headers={"Authorization": f"Bearer {token}"})


def make_key(world: World, *scopes: Scope) -> str:
    tidings: Tidings = world.tidings
    key_id = f"key{len(world.run(tidings.api_keys.all()))}"
    world.run(tidings.create_key(id_=key_id, secret=SECRET, name=key_id, scopes=scopes, by="Linus"))
    return key_id
