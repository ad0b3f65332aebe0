"""What can Twilio's Messages API do to whoever sends SMS through it?

On a real socket, on the loop of the test: it takes every message, unless it is told otherwise.
It never sleeps; what hangs, hangs until it is stopped.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import struct
from base64 import b64decode, b64encode
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from urllib.parse import parse_qs, urlencode, urlsplit


class Act(Enum):
    """What it may do instead of answering."""

    HANG = "say nothing"
    HANG_AFTER_TAKING = "take the message, and say nothing"
    DROP = "read the request, and close the connection"
    RESET = "read the request, and tear the connection down"
    RESET_AFTER_TAKING = "take the message, and tear the connection down"
    RESET_UNREAD = "tear the connection down before the request was read"
    HALF = "take the message, and close the connection in the middle of the answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, code: int, message: str, **headers: str) -> Reply:
    """In the form that most of Twilio's errors have."""
    said = {"code": code, "message": message, "more_info": "", "status": status}
    return Reply(
        status=status,
        body=json.dumps(said),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def problem(status: int, code: int, title: str, detail: str) -> Reply:
    """In the newer form (RFC 9457)."""
    said = {"type": "about:blank", "title": title, "status": status, "code": code}
    return Reply(status=status, body=json.dumps(said | {"detail": detail}))


Answer = Reply | Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def credentials(self) -> str:
        return b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()


@dataclass(slots=True, kw_only=True)
class Message:
    """One that it took, or that a test says it has."""

    sid: str
    to: str
    body: str
    created_at: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    status_callback: str = ""

    def resource(self) -> dict[str, object]:
        return {
            "sid": self.sid,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "date_created": format_datetime(self.created_at),
            "date_sent": format_datetime(self.created_at),
            "error_code": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What Twilio tells later of a message, as it would post it to the URL that it was given."""

    url: str
    form: bytes
    signature: str

    async def post(self, host: str, port: int) -> int:
        """To a program that listens there; returns the status of its answer."""
        url = urlsplit(self.url)
        head = [
            f"POST {url.path}?{url.query} HTTP/1.1",
            f"Host: {url.netloc}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(self.form)}",
            f"X-Twilio-Signature: {self.signature}",
            "Connection: close",
        ]
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + self.form)
            await writer.drain()
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()


def callback(
    message: Message, status: str, *, auth_token: str, code: int | None = None
) -> Callback:
    """Signed by hand, apart from the library that reads it."""
    fields = {"MessageSid": message.sid, "MessageStatus": status, "To": message.to}
    fields |= {} if code is None else {"ErrorCode": str(code)}
    url = message.status_callback
    signed = url + "".join(f"{name}{value}" for name, value in sorted(fields.items()))
    digest = hmac.digest(auth_token.encode(), signed.encode(), "sha1")
    return Callback(url=url, form=urlencode(fields).encode(), signature=b64encode(digest).decode())


class TwilioServer:
    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._next: dict[str, deque[Answer]] = defaultdict(deque)
        self._listings: deque[Answer] = deque()
        self._always: Answer | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._reached = asyncio.Event()
        self._may_go_on = asyncio.Event()
        self.lists_what_it_took = True
        self.requests: list[Request] = []
        self.messages: list[Message] = []
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def posts(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    def will(self, *answers: Answer, to: str = "") -> None:
        """Answer the next creations so; `to`: only for this number."""
        self._next[to].extend(answers)

    def will_always(self, answer: Answer | None) -> None:
        self._always = answer

    def let_go(self) -> None:
        """Whoever has been taken and told nothing is answered now."""
        self._may_go_on.set()
        self._may_go_on = asyncio.Event()

    def will_list(self, *answers: Answer) -> None:
        """Answer the next questions for messages so."""
        self._listings.extend(answers)

    def has(self, *, to: str, body: str, at: datetime, **other: str) -> Message:
        message = Message(sid=self._sid(), to=to, body=body, created_at=at, **other)
        self.messages.append(message)
        return message

    async def reached(self) -> None:
        """Wait until a request has come."""
        await self._reached.wait()

    async def start(self) -> TwilioServer:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Nobody can reach it any more; `start` opens the same port again."""
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._always is Act.RESET_UNREAD:
                self._tear_down(writer)
            while True:
                request = await _read(reader)
                self.requests.append(request)
                self._reached.set()
                await self._answer(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        match answer := self._chosen(request):
            case Act.HANG:
                await asyncio.Event().wait()
            case Act.HANG_AFTER_TAKING:
                taken = _written(self._take(request))
                await self._may_go_on.wait()
                writer.write(taken)
                await writer.drain()
            case Act.DROP:
                raise ConnectionResetError
            case Act.RESET | Act.RESET_AFTER_TAKING | Act.RESET_UNREAD:
                if answer is Act.RESET_AFTER_TAKING:
                    self._take(request)
                self._tear_down(writer)
            case Act.HALF:
                whole = _written(self._take(request))
                writer.write(whole[: -len(whole) // 4])
                await writer.drain()
                raise ConnectionResetError
            case Reply():
                writer.write(_written(answer))
                await writer.drain()

    def _chosen(self, request: Request) -> Answer:
        if request.method == "GET":
            return self._listings.popleft() if self._listings else self._listed(request)
        for to in (request.form.get("To", ""), ""):
            if self._next[to]:
                return self._next[to].popleft()
        return self._always or self._take(request)

    def _take(self, request: Request) -> Reply:
        message = self.has(
            to=request.form["To"],
            body=request.form["Body"],
            at=self._now(),
            status_callback=request.form.get("StatusCallback", ""),
        )
        return Reply(status=201, body=json.dumps(message.resource()))

    def _listed(self, request: Request) -> Reply:
        since = datetime.fromisoformat(request.query["DateSent>"])
        found = [
            message.resource()
            for message in self.messages
            if self.lists_what_it_took
            and message.to == request.query["To"]
            and message.created_at >= since
        ]
        return Reply(status=200, body=json.dumps({"messages": found, "next_page_uri": None}))

    def _sid(self) -> str:
        return f"SM{len(self.messages):032x}"

    @staticmethod
    def _tear_down(writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        raise ConnectionResetError


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _version = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    url = urlsplit(target)
    return Request(
        method=method,
        path=url.path,
        query=_fields(url.query),
        headers=headers,
        form=_fields(body.decode()),
    )


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _written(reply: Reply) -> bytes:
    body = reply.body.encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in (headers | dict(reply.headers)).items()]
    return "\r\n".join([f"HTTP/1.1 {reply.status} -", *lines, "", ""]).encode() + body
