"""How fast is the HTTP API, and the page that tells a story?"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from bench.figures import Figure
from bench.http_client import connections, get_each, post_all, post_steadily
from bench.servers import started
from bench.stored import fill

_BATCH = 100
_BATCHES = 300
_RATE = 500  #: single posts a second
_SECONDS = 15
_MANY = 1_000_000
_STORIES = 200
_CLIENTS = 4

_TIDINGS = (sys.executable, "-m", "entrypoints.cli")


def api(folder: Path, rounds: int) -> Iterator[Figure]:
    """A server and a client, each a process of its own, on the same two cores."""
    alone: list[float] = []
    beside: list[float] = []
    single: list[float] = []
    for n in range(rounds):
        data = folder / f"api-{n}"
        with _serving("bench.api_server", str(data), "{port}") as port:
            alone.append(_batches(port))
        with _up(data) as port:
            beside.append(_batches(port))
        shutil.rmtree(data)
        with _up(data) as port:
            single.append(_single(port))
        shutil.rmtree(data)
    yield _rate("the stream of one file", alone, at_least=10_000)
    yield _rate("the same with both lanes at work beside it", beside)
    yield Figure(
        what=f"single posts at {_RATE}/s, lanes at work, p99",
        unit="ms",
        measured=single,
        at_most=20,
    )


def api_kafka(_folder: Path, rounds: int) -> Iterator[Figure]:
    """`tidings api` on real servers."""
    with started() as servers:
        servers.publish([])
        environment = servers.renewed()
        made = subprocess.run(
            [*_TIDINGS, "keys", "create", "bench", "--scope", "send", "--by", "bench"],
            env={**environment, "TIDINGS_ENV": "production"},
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with _serving("entrypoints.cli", "api", **environment) as port:
            measured = [_batches(port, made.stdout.strip()) for _ in range(rounds)]
        servers.clear(environment)
    yield _rate("Kafka", measured, at_least=5_000)


def stories(folder: Path, rounds: int) -> Iterator[Figure]:
    """Of events that nobody has asked for yet, in a file of very many."""
    data = folder / "stories"
    fill(data, _MANY)
    ids = _some_ids(data, 2 * rounds * _STORIES)
    with _up(data) as port:
        told: list[float] = []
        shown: list[float] = []
        for n in range(rounds):
            chosen = ids[2 * n * _STORIES : 2 * (n + 1) * _STORIES]
            api_paths = [f"/v1/events/{each}" for each in chosen[:_STORIES]]
            pages = [f"/event?id={each}" for each in chosen[_STORIES:]]
            told.append(_p99(asyncio.run(_get(port, api_paths))))
            shown.append(_p99(asyncio.run(_get(port, pages))))
    shutil.rmtree(data)
    yield Figure(what=f"a story of {_MANY}, as JSON, p99", unit="ms", measured=told, at_most=50)
    yield Figure(what="the same as a page, p99", unit="ms", measured=shown, at_most=50)


def _rate(what: str, measured: Sequence[float], *, at_least: float | None = None) -> Figure:
    return Figure(
        what=f"posts of {_BATCH} events to {what}",
        unit="events/s",
        measured=measured,
        at_least=at_least,
    )


def _batches(port: int, key: str = "") -> float:
    bodies = [json.dumps([_event() for _ in range(_BATCH)]).encode() for _ in range(_BATCHES)]

    async def post() -> float:
        async with connections(_CLIENTS, port, key) as opened:
            return await post_all(opened, bodies)

    return _BATCH * _BATCHES / asyncio.run(post())


def _single(port: int) -> float:
    bodies = [json.dumps(_event()).encode() for _ in range(_RATE * _SECONDS)]

    async def post() -> list[float]:
        async with connections(64, port) as opened:
            await post_steadily(opened, bodies[:_RATE], rate=_RATE)  # to warm up
            return await post_steadily(opened, bodies[_RATE:], rate=_RATE)

    return _p99(asyncio.run(post()))


async def _get(port: int, paths: Sequence[str]) -> list[float]:
    async with connections(1, port) as opened:
        return await get_each(opened, paths)


def _p99(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def _event() -> dict[str, object]:
    event_id = uuid4().hex
    return {
        "eventId": event_id,
        "messageType": "USER_SIGNED_UP",
        "timestamp": int(time.time() * 1000),
        "payload": {"email": f"{event_id[:12]}@example.com", "message": "Your account is ready."},
    }


def _some_ids(data: Path, count: int) -> list[str]:
    listed = subprocess.run(
        [*_TIDINGS, "list", "--limit", str(count), "--json", "--data", str(data)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "TIDINGS_ENV": "embedded"},
    )
    return [each["eventId"] for each in json.loads(listed.stdout)["items"]]


@contextmanager
def _up(data: Path) -> Iterator[int]:
    null = {"EMAIL_PROVIDER": "null", "SMS_PROVIDER": "null", "TIDINGS_ENV": "embedded"}
    with _serving("entrypoints.cli", "up", "--data", str(data), **null) as port:
        yield port


@contextmanager
def _serving(module: str, *arguments: str, **settings: str) -> Iterator[int]:
    """The port, once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    given = [each.format(port=port) for each in arguments]
    environment = {**os.environ, **settings, "API_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-m", module, *given], env=environment, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while asyncio.run(_status(port)) != 200:
                assert server.poll() is None, "the server has ended"
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


async def _status(port: int) -> int:
    try:
        async with connections(1, port) as [connection]:
            return await connection.ask("GET", "/health/ready")
    except (OSError, asyncio.IncompleteReadError):
        return 0
