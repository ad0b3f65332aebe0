"""What becomes of who is slow, large or rude on a real socket? And of who is being answered?"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from entrypoints.api.app import api
from entrypoints.connection import LARGEST_HEADERS, Patience
from entrypoints.errors import CannotBeDone
from entrypoints.serving import Limits, listen
from tests.acceptance.world import World
from tests.entrypoints.api.client import Answer
from tests.entrypoints.api.raw import AT_ONCE, IMPATIENT, served

HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
GET = b"GET /v1/statistics HTTP/1.1\r\n" + HOST + b"\r\n"
EVENT = json.dumps(
    {"eventId": "a", "payload": {"message": "m", "email": "ada@example.com"}}
).encode()


CHUNKED = (
    b"POST /v1/events HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
    b"%x\r\n%b\r\n0\r\n\r\n" % (len(EVENT), EVENT)
)
LINGERING = Limits(patience=Patience(idle=1))

T = TypeVar("T")


def post(body: bytes = EVENT, *headers: bytes, length: int | None = None) -> bytes:
    lines = [b"POST /v1/events HTTP/1.1", HOST[:-2], JSON[:-2], *headers]
    lines.append(b"Content-Length: %d" % (len(body) if length is None else length))
    return b"\r\n".join([*lines, b"", body])


def get(target: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", HOST[:-2], *headers, b"", b""])


def asked(world: World, *pieces: bytes, limits: Limits = AT_ONCE) -> list[Answer]:
    """What this is answered, until it is hung up."""
    app = api(world.tidings, needs_keys=False, read_within=0.05)

    async def ask() -> list[Answer]:
        async with served(app, limits) as server:
            return await server.ask(*pieces)

    return within_reason(world, ask())


def within_reason(world: World, work: Coroutine[Any, Any, T]) -> T:
    """Who waits for ever is caught; nothing is measured."""

    async def limited() -> T:
        async with asyncio.timeout(60):
            return await work

    return world.run(limited())


def kinds(answers: list[Answer]) -> list[str | int]:
    return [each.problem if each.status >= 400 else each.status for each in answers]


class TestWhoIsSlow:
    @pytest.mark.parametrize(
        "beginning",
        [b"", b"G", b"GET /v1/statistics HTTP/1.1\r\n", GET[:-2], post()[:40]],
        ids=["nothing", "a letter", "a line", "all but the end", "half of the headers"],
    )
    def test_with_headers_is_hung_up_on(self, world: World, beginning: bytes) -> None:
        assert asked(world, beginning, limits=IMPATIENT) == []

    def test_with_the_second_request_is_hung_up_on_too(self, world: World) -> None:
        limits = Limits(patience=Patience(headers=0.05))
        assert kinds(asked(world, GET, GET[:20], limits=limits)) == [200]

    @pytest.mark.parametrize(
        "request_",
        [
            pytest.param(post(EVENT[:9], length=len(EVENT)), id="less than was announced"),
            pytest.param(post(b"", length=1), id="nothing of what was announced"),
            pytest.param(
                b"POST /v1/events HTTP/1.1\r\n"
                + HOST
                + JSON
                + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[    \r\n",
                id="chunks without end",
            ),
        ],
    )
    def test_with_a_body_is_told_so_and_hung_up_on(self, world: World, request_: bytes) -> None:
        [answer] = asked(world, request_, limits=IMPATIENT)
        assert (answer.status, answer.problem) == (408, "too-slow")

    def test_with_a_body_that_nobody_reads_is_hung_up_on(self, world: World) -> None:
        limits = Limits(patience=Patience(rest=0.05))
        request = get(b"/v1/statistics", b"Content-Length: 1000") + b"x"
        assert kinds(asked(world, request, limits=limits)) == [200]

    def test_to_ask_again_is_hung_up_on(self, world: World) -> None:
        assert kinds(asked(world, GET)) == [200]

    @pytest.mark.parametrize(
        ("pieces", "size"),
        [(1, 16_000_000), (1000, 16_000)],
        ids=["one large answer", "an answer piece by piece"],
    )
    def test_to_read_is_hung_up_on(self, world: World, pieces: int, size: int) -> None:
        async def app(scope: Scope, _: Receive, send: Send) -> None:
            bodies = [b"x" * size] * pieces if scope["path"] == "/all" else [b"ok"]
            headers = [(b"content-length", b"%d" % sum(map(len, bodies)))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while bodies:
                body = bodies.pop()
                more = bool(bodies)
                await send({"type": "http.response.body", "body": body, "more_body": more})

        async def ask() -> list[Answer]:
            limits = Limits(patience=Patience(reading=0.05, idle=0), connections=1)
            async with served(app, limits) as server:
                await (await server.call()).say(get(b"/all"))
                while kinds(answers := await server.ask(GET)) == ["unavailable"]:
                    pass
                return answers

        assert kinds(within_reason(world, ask())) == [200]

    def test_does_not_keep_others_waiting(self, world: World) -> None:
        app = api(world.tidings, needs_keys=False)

        async def ask() -> tuple[list[Answer], list[Answer]]:
            async with served(app) as server:
                slow = [await server.call() for _ in range(20)]
                for each in slow:
                    await each.say(post()[:-1])
                others = await server.ask(GET)
                for each in slow:
                    await each.say(post()[-1:])
                return others, [answer for each in slow for answer in await each.hear()]

        others, late = within_reason(world, ask())
        assert (kinds(others), kinds(late)) == ([200], [202] * 20)


class TestWhoSendsTooMuch:
    @pytest.mark.parametrize(
        "pieces",
        [
            pytest.param([get(b"/v1/x", b"X: " + b"x" * LARGEST_HEADERS)], id="in a header"),
            pytest.param([get(b"/" + b"x" * LARGEST_HEADERS)], id="in the target"),
            pytest.param([GET[:-2], *[b"X: y\r\n"] * 20_000], id="in many headers"),
            pytest.param([GET[:-2], b"X: ", *[b"x" * 1000] * 100], id="in a header without end"),
            pytest.param([b"GET /", *[b"x" * 1000] * 100], id="in a target without end"),
        ],
    )
    def test_before_the_body_is_told_so_and_hung_up_on(
        self, world: World, pieces: list[bytes]
    ) -> None:
        limits = Limits()  # patient: it is the size that counts
        answers = asked(world, *pieces, limits=limits)
        assert kinds(answers) in (["headers-too-large"], [])  # gone, if it still was talking

    def test_is_told_so_in_so_many_words(self, world: World) -> None:
        [answer] = asked(world, get(b"/v1/x", b"X: " + b"x" * LARGEST_HEADERS), limits=Limits())
        assert (answer.status, answer.problem) == (431, "headers-too-large")

    @pytest.mark.parametrize("length", [65_000, 70_000, 200_000])
    def test_for_a_header_may_send_it_in_a_body(self, world: World, length: int) -> None:
        """However much of it comes in one piece, and again on the same connection."""
        body = EVENT + b" " * (length - len(EVENT))
        answers = asked(world, post(body) * 2, limits=LINGERING)
        assert kinds(answers) == [202, 202]

    def test_is_told_so_by_what_is_announced(self, world: World) -> None:
        request = post(b"", length=100_000_000)
        assert kinds(asked(world, request, limits=IMPATIENT)) == ["too-large"]

    def test_is_told_so_by_what_comes(self, world: World) -> None:
        piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        head = b"POST /v1/events HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
        answers = asked(world, head, *[piece] * 200, b"0\r\n\r\n", limits=LINGERING)
        assert kinds(answers) == ["too-large"]

    def test_than_was_announced_has_the_rest_taken_for_a_request(self, world: World) -> None:
        answers = asked(world, post(EVENT + b"and more", length=len(EVENT)), limits=IMPATIENT)
        assert kinds(answers) == [202]


class TestWhoSpeaksNoHttp:
    @pytest.mark.parametrize(
        "raw",
        [
            b"\x00\x01\x02\x03\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"hello\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET /v1/statistics HTTP/9.9\r\n\r\n",
            b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET v1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET http:// HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /v1/statistics HTTP/1.1\r\nHost : localhost\r\n\r\n",
            b"GET /v1/statistics HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
            b"GET /v1/statistics HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET /v1/statistics HTTP/1.1\r\n folded: x\r\n\r\n",
            post(EVENT, b"Content-Length: 1"),
            post(EVENT, b"Transfer-Encoding: chunked"),
            post(EVENT, b"Transfer-Encoding: gzip, identity"),
            CHUNKED.replace(b": chunked", b": gzip, chunked"),
            CHUNKED.replace(b": chunked", b": chunked, chunked"),
            CHUNKED.replace(b": chunked", b": gzip\r\nTransfer-Encoding: chunked"),
            CHUNKED.replace(b": chunked", b": chunked\r\nTransfer-Encoding: chunked"),
            post().replace(b"Content-Length: ", b"Content-Length: -"),
            post().replace(b"Content-Length: ", b"Content-Length: +"),
            post().replace(b"Content-Length: ", b"Content-Length: 0x"),
            post().replace(b"Content-Length: ", b"Content-Length: 9999999999999999999999"),
            b"POST /v1/events HTTP/1.1\r\n"
            + HOST
            + JSON
            + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"POST /v1/events HTTP/1.1\r\n"
            + HOST
            + JSON
            + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        ],
    )
    def test_is_told_so_and_hung_up_on(self, world: World, raw: bytes) -> None:
        answers = asked(world, raw, limits=IMPATIENT)
        assert kinds(answers) in (["bad-request"], [])
        assert world.run(world.tidings.lanes.lag()) == 0

    def test_after_a_request_does_not_spoil_its_answer(self, world: World) -> None:
        assert kinds(asked(world, post() + b"\x00\r\n\r\n")) == [202]
        assert world.run(world.tidings.lanes.lag()) == 1

    def test_in_the_middle_of_a_body_publishes_nothing(self, world: World) -> None:
        head = b"POST /v1/events HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
        answers = asked(world, head, b"5\r\n[    \r\n", b"zz\r\n")
        assert kinds(answers) == ["bad-request"]

    def test_is_not_told_about_by_the_log(
        self, world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with caplog.at_level(logging.CRITICAL):  # as where nobody listens
            asked(world, b"GET /secret\x00 HTTP/1.1\r\n\r\n")
        assert capfd.readouterr() == ("", "")


class TestWhoIsTricky:
    @pytest.mark.parametrize(
        ("target", "status"),
        [
            (b"/v1/events/%00", 404),
            (b"/v1/events/%ff", 404),
            (b"/v1/events/%ED%A0%80", 404),
            (b"/v1/events/%", 404),
            (b"/v1/events/..", 404),
            (b"/v1/events/../statistics", 404),
            (b"/v1/events/%2e%2e%2fstatistics", 404),
            (b"/v1/events/" + b"x" * 10_000, 404),
            (b"/v1/events/", 404),
            (b"/v1/statistics/", 404),
            (b"//v1/statistics", 404),
            (b"/V1/statistics", 404),
            (b"/v1/dead-letters/not-an-id", 404),
            (b"/v1/dead-letters/%7B00000000-0000-4000-8000-000000000000%7D", 404),
            (b"/v1/statistics?hours=1&hours=2", 400),
            (b"/v1/statistics?hours=nan", 400),
            (b"/v1/statistics?hours=inf", 400),
            (b"/v1/statistics?hours=1e999", 400),
            (b"/v1/statistics?hours=" + b"9" * 5000, 400),
            (b"/v1/statistics?%ff=1", 400),
            (b"/v1/statistics?\xff=1", 400),
            (b"/v1/statistics?hours", 400),
            (b"/v1/statistics?" + b"&".join(b"%d=" % n for n in range(1000)), 400),
            (b"/v1/notifications?to=%00", 400),
            (b"/v1/notifications?eventId=%ff", 400),
            (b"/v1/notifications?messageType=%ED%A0%80", 400),
            (b"/v1/notifications?limit=" + b"9" * 5000, 400),
            (b"/v1/notifications?limit=0", 400),
            (b"/v1/notifications?limit=501", 400),
            (b"/v1/notifications?after=x", 400),
            (b"/v1/notifications?after=00000000-0000-4000-8000-000000000000", 400),
            (b"/v1/notifications?acceptedFrom=1700000000", 400),
            (b"/v1/notifications?acceptedFrom=9999-12-31T23:59:59-23:59", 400),
            (b"/v1/notifications?acceptedBefore=0001-01-01T00:00:00%2B23:59", 400),
            (b"/v1/notifications?acceptedFrom=2026-03-02T12:00:00", 400),
            (b"/v1/notifications?status=sent", 400),
            (b"/v1/notifications?nothing=1", 400),
            (b"/v1/dead-letters?settled=yes", 400),
            (b"/v1/dead-letters?settled=1", 400),
            (b"/v1/dead-letters?reason=nothing", 400),
            (b"/v1/dead-letters?failedFrom=9999-12-31T23:59:59-23:59", 400),
            (b"/v1/dead-letters?after=00000000-0000-4000-8000-000000000000", 400),
        ],
    )
    def test_with_a_target_is_told_what_is_wrong(
        self, world: World, target: bytes, status: int
    ) -> None:
        answers = asked(world, get(target))
        assert [each.status for each in answers] == [status]
        assert all(each.problem for each in answers)

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            (get(b"http://localhost/v1/statistics"), 200),
            (get(b"http://tidings.example/v1/statistics"), 200),
            (get(b"/v1/statistics", b"Host: tidings.example"), 400),
            (get(b"/v1/statistics", b"X-HTTP-Method-Override: DELETE"), 200),
            (get(b"/v1/statistics", b"X-Forwarded-Host: tidings.example"), 200),
            (get(b"/v1/statistics", b"X-Original-URL: /v1/events"), 200),
            (get(b"/v1/statistics", b"Connection: Upgrade", b"Upgrade: websocket"), 200),
            (post(EVENT, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c"), 202),
            (CHUNKED.replace(HOST, HOST + b"Connection: upgrade\r\nUpgrade: h2c\r\n"), 202),
            (CHUNKED.replace(b"chunked", b" Chunked "), 202),
            (post(EVENT, b"Idempotency-Key: a"), 202),
            (post(EVENT, b"Idempotency-Key: a", b"Idempotency-Key: a"), 400),
            (post(EVENT, b"Content-Encoding: gzip"), 415),
            (post(EVENT, b"Content-Type: text/plain"), 202),
            (post(EVENT).replace(JSON, b""), 415),
            (post(EVENT).replace(JSON, b"Content-Type: text/plain\r\n"), 415),
            (post(EVENT, b"Expect: 100-continue"), 202),
            (GET.replace(b"GET", b"OPTIONS"), 405),
            (GET.replace(b"GET", b"DELETE"), 405),
            (GET.replace(b"GET", b"TRACE"), 405),
            (GET.replace(b"GET", b"BREW"), 400),
            (GET.replace(b"/v1/statistics", b"/v1/events"), 405),
            (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404),
            (GET.replace(HOST, b""), 400),
            (b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
            (b"GET /v1/statistics HTTP/1.0\r\n\r\n", 403),
            (b"GET /v1/statistics HTTP/1.0\r\n" + HOST + b"\r\n", 200),
        ],
    )
    def test_with_headers_is_answered_by_what_he_asks_in_the_first_line(
        self, world: World, raw: bytes, status: int
    ) -> None:
        answers = [each for each in asked(world, raw) if each.status != 100]
        assert [each.status for each in answers] == [status]
        assert all(each.problem for each in answers if each.status >= 400)

    def test_with_another_method_is_told_which_there_are(self, world: World) -> None:
        [answer] = asked(world, GET.replace(b"GET", b"POST"))
        assert answer.problem == "method-not-allowed"
        assert sorted(answer.headers["allow"].split(", ")) == ["GET", "HEAD"]

    def test_who_asks_for_the_headers_alone_gets_no_body(self, world: World) -> None:
        app = api(world.tidings, needs_keys=False)

        async def ask() -> bytes:
            async with served(app) as server:
                caller = await server.call()
                await caller.say(GET.replace(b"GET", b"HEAD"))
                return await caller.reader.read()

        heard: bytes = within_reason(world, ask())
        assert heard.startswith(b"HTTP/1.1 200")
        assert heard.endswith(b"\r\n\r\n")

    def test_who_asks_again_before_he_is_answered_is_answered_in_turn(self, world: World) -> None:
        answers = asked(world, (GET + post() + GET.replace(b"statistics", b"nothing")) * 10)
        assert [each.status for each in answers] == [200, 202, 404] * 10


async def never(_: Scope, receive: Receive, __: Send) -> None:
    await receive()
    await asyncio.Event().wait()


class TestStopping:
    def test_waits_for_who_is_being_answered(self, world: World) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Scope, __: Receive, send: Send) -> None:
            begun.set()
            await go_on.wait()
            headers = [(b"content-length", b"2")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"ok"})

        async def ask() -> list[Answer]:
            async with served(slow, Limits()) as server:
                idle, caller = await server.call(), await server.call()
                await caller.say(GET)
                await begun.wait()
                server.stopping.set()
                assert await idle.hear() == []
                go_on.set()
                return await caller.hear()

        [answer] = within_reason(world, ask())
        assert (answer.status, answer.body) == (200, b"ok")
        assert answer.headers["connection"] == "close"

    @pytest.mark.parametrize("app", [never], ids=["an answer without end"])
    def test_does_not_wait_for_ever(self, world: World, app: ASGIApp) -> None:
        async def ask() -> list[Answer]:
            async with served(app, IMPATIENT) as server:
                caller = await server.call()
                await caller.say(GET)
                await server.stop()
                return await caller.hear()

        assert within_reason(world, ask()) == []

    def test_leaves_the_port_to_others(self, world: World) -> None:
        async def ask() -> None:
            async with served(never) as server:
                await server.stop()
                listen("127.0.0.1", server.port, setting="API_PORT").close()

        within_reason(world, ask())


class TestTooManyAtOnce:
    def test_are_told_to_come_again(self, world: World) -> None:
        app = api(world.tidings, needs_keys=False)

        async def ask() -> tuple[list[Answer], list[Answer]]:
            async with served(app, Limits(connections=1, patience=Patience(idle=0))) as server:
                first = await server.call()
                await first.say(GET[:-2])
                second = await server.ask(GET)
                await first.say(GET[-2:])
                return await first.hear(), second

        first, second = within_reason(world, ask())
        assert kinds(first) == [200]
        assert kinds(second) == ["unavailable"]
        assert second[0].headers["retry-after"] == "1"


class TestAPort:
    def test_that_is_taken_is_named_with_its_setting(self) -> None:
        with listen("127.0.0.1", 0, setting="API_PORT") as taken:
            port = taken.getsockname()[1]
            with pytest.raises(CannotBeDone, match=rf"127\.0\.0\.1:{port} .* set API_PORT"):
                listen("127.0.0.1", port, setting="API_PORT")

    @pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "::g", "a" * 300, "\xff."])
    def test_cannot_be_at_a_host_that_is_not_here(self, host: str) -> None:
        with pytest.raises(CannotBeDone, match="API_PORT"):
            listen(host, 1, setting="API_PORT")
