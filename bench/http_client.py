"""How does a benchmark ask over HTTP, at next to no cost of its own?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


class Connection:
    """One request at a time, on a connection that is kept."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head

    async def ask(self, method: str, path: str, body: bytes = b"") -> int:
        """The status."""
        self._writer.write(
            b"%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s"
            % (method.encode(), path.encode(), self._head, len(body), body)
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line[:15].lower() == b"content-length:":
                await self._reader.readexactly(int(line[15:]))
        return int(head[9:12])

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connections(count: int, port: int, key: str = "") -> AsyncIterator[list[Connection]]:
    head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    if key:
        head += f"Authorization: Bearer {key}\r\n"
    found = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        found.append(Connection(reader, writer, head.encode()))
    try:
        yield found
    finally:
        for each in found:
            each.close()


async def post_all(opened: Sequence[Connection], bodies: Sequence[bytes]) -> float:
    """Seconds until the last one is answered with 202, each connection asking on and on."""
    waiting = list(reversed(bodies))

    async def keep_asking(connection: Connection) -> None:
        while waiting:
            status = await connection.ask("POST", "/v1/events", waiting.pop())
            assert status == 202, status

    began_at = time.perf_counter()
    await asyncio.gather(*map(keep_asking, opened))
    return time.perf_counter() - began_at


async def post_steadily(
    opened: Sequence[Connection], bodies: Sequence[bytes], *, rate: float
) -> list[float]:
    """Seconds of each, from when it was to be sent, however late it could be."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for each in opened:
        free.put_nowait(each)
    took: list[float] = []

    async def post(body: bytes, planned_at: float) -> None:
        connection = await free.get()
        status = await connection.ask("POST", "/v1/events", body)
        took.append(time.perf_counter() - planned_at)
        free.put_nowait(connection)
        assert status == 202, status

    began_at = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for n, body in enumerate(bodies):
            planned_at = began_at + n / rate
            await asyncio.sleep(max(0.0, planned_at - time.perf_counter()))
            tasks.create_task(post(body, planned_at))
    return took


async def get_each(opened: Sequence[Connection], paths: Sequence[str]) -> list[float]:
    """Seconds of each, one after the other."""
    [connection, *_] = opened
    took = []
    for path in paths:
        began_at = time.perf_counter()
        status = await connection.ask("GET", path)
        took.append(time.perf_counter() - began_at)
        assert status == 200, (path, status)
    return took
