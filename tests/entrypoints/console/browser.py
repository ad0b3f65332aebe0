"""How does a test open the console's pages without a socket between them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.types import Message

from entrypoints.api.app import api
from entrypoints.console.routes import console_routes
from entrypoints.load_settings import load_settings
from tests.acceptance.world import World

Attributes = Mapping[str, str | None]
Tag = tuple[str, Attributes]


class _Reader(HTMLParser):
    """What a browser would make of a page: its tags, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it came."""

    status: int
    headers: Mapping[str, str]
    html: str
    tags: list[Tag]
    text: str

    @property
    def goes_to(self) -> str | None:
        return self.headers.get("location")

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]

    def form(self, action: str) -> dict[str, str]:
        """What would be sent of that form if nothing more were filled in."""
        fields: dict[str, str] = {}
        is_inside = False
        for name, attributes in self.tags:
            if name == "form":
                is_inside = attributes.get("action") == action
            is_chosen = attributes.get("type") not in ("radio", "checkbox")
            if name == "input" and is_inside and is_chosen:
                fields[attributes["name"] or ""] = attributes.get("value") or ""
        return fields


@dataclass(slots=True)
class Browser:
    """Keeps cookies, and says of its requests what a real one says."""

    world: World
    app: Starlette
    cookies: dict[str, str] = field(default_factory=dict)
    set: dict[str, str] = field(default_factory=dict)  #: attributes and all, as they came
    headers: dict[str, str] = field(default_factory=lambda: {"host": "localhost:8080"})
    peer: str = "127.0.0.1"

    def get(self, target: str, **headers: str) -> Sheet:
        return self.ask("GET", target, b"", headers)

    def post(self, target: str, form: Mapping[str, str], **headers: str) -> Sheet:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", target, urlencode(form).encode(), kind | headers)

    def send(self, page: str, action: str, **filled_in: str) -> Sheet:
        """Open the page, fill in the form on it, and send that."""
        form = self.get(page).form(action)
        return self.post(action, {**form, **filled_in}, sec_fetch_site="same-origin")

    def search(self, text: str) -> Sheet:
        return self.follow(self.send("/", "/search", q=text))

    def follow(self, sheet: Sheet) -> Sheet:
        return self.get(sheet.goes_to) if sheet.goes_to else sheet

    def ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Sheet:
        return self.world.run(self._ask(method, target, body, headers))

    async def _ask(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Sheet:
        path, _, query = target.partition("?")
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": (self.peer, 50_000),
            "server": ("127.0.0.1", 8080),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return self._read(sent)

    def _read(self, sent: list[Message]) -> Sheet:
        headers: dict[str, str] = {}
        for name, value in sent[0]["headers"]:
            headers[name.decode()] = value.decode()
            if name == b"set-cookie":
                self._keep(value.decode())
        html = b"".join(each.get("body", b"") for each in sent[1:]).decode()
        reader = _Reader()
        reader.feed(html)
        text = " ".join("".join(reader.words).split())
        return Sheet(sent[0]["status"], headers, html, reader.tags, text)

    def _keep(self, cookie: str) -> None:
        for name, morsel in SimpleCookie(cookie).items():
            self.set[name] = cookie
            self.cookies[name] = morsel.value
            if morsel["max-age"] == "0":
                del self.cookies[name]


def console(world: World, **settings: object) -> Browser:
    """With these settings; as it comes, on this machine, where no keys are needed."""
    read = load_settings(tidings_env="embedded", **settings)
    routes = console_routes(world.tidings, read)
    return Browser(world, api(world.tidings, needs_keys=read.needs_keys, beside=routes))
