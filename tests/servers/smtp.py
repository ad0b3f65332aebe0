"""What can a real relay do to whoever hands mails to it?

A relay on a real socket, on the loop of the test: it takes everything, unless it is told
otherwise. It never sleeps; what hangs, hangs until the test lets it go on.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NoReturn, SupportsIndex

EXTENSIONS = ("PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
#: What is said where nothing else was asked for.
USUAL: dict[str, str] = {
    "connect": "220 relay.example.com ESMTP",
    "helo": "250 relay.example.com",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 end with a dot",
    "rset": "250 2.0.0 flushed",
    "noop": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
}


class Act(Enum):
    """What a relay may do instead of answering."""

    HANG = "say nothing, until the test lets it go on"
    DROP = "close the connection"
    RESET = "tear the connection down"


Answer = str | Act


@dataclass(slots=True, kw_only=True)
class Received:
    """One mail that came whole, as the relay saw it; `data` is dot-stuffed, without the dot."""

    mail: str
    rcpt: str
    data: bytes

    @property
    def message(self) -> bytes:
        """As a relay stores it: the stuffing taken out again."""
        data = self.data.removeprefix(b".") if self.data.startswith(b"..") else self.data
        return data.replace(b"\r\n..", b"\r\n.")


class Reader(asyncio.StreamReader):
    """Keeps what came, in the pieces in which it came."""

    def __init__(self) -> None:
        super().__init__(limit=2**24)
        self.segments: list[bytes] = []

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        piece = bytes(data)
        self.segments.append(piece)
        super().feed_data(piece)


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    reader: Reader
    writer: asyncio.StreamWriter
    is_secure: bool = False
    mail: str = ""
    rcpt: str = ""
    commands: list[str] = field(default_factory=list)

    @property
    def segments(self) -> list[bytes]:
        return self.reader.segments


class SmtpServer:
    def __init__(
        self,
        *,
        extensions: Sequence[str] = EXTENSIONS,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, ...] = (),
        tell: Callable[[Received], None] = lambda _: None,
    ) -> None:
        self.extensions = extensions
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._login = login
        self._tell = tell
        self._next: dict[tuple[str, str], deque[Answer]] = defaultdict(deque)
        self._always: dict[tuple[str, str], Answer] = {}
        self._reached: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._may_go_on = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.received: list[Received] = []
        self.stops_reading_at_data = False
        self.port = 0

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def will(self, stage: str, *answers: Answer, to: str = "") -> None:
        """Answer so at this stage, the next times; `to`: only where this recipient is named."""
        self._next[stage, to].extend(answers)

    def will_always(self, stage: str, answer: Answer, *, to: str = "") -> None:
        self._always[stage, to] = answer

    def let_go(self) -> None:
        """Whoever hangs now goes on, with the usual answer."""
        self._may_go_on.set()
        self._may_go_on = asyncio.Event()

    async def reached(self, stage: str) -> None:
        """Wait until some connection has come so far."""
        await self._reached[stage].wait()
        self._reached[stage].clear()

    async def left_alone(self) -> None:
        """Wait until nobody is connected any more, and all that they said has been read."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def commands(self) -> list[str]:
        return [command for connection in self.connections for command in connection.commands]

    async def start(self) -> SmtpServer:
        loop = asyncio.get_running_loop()

        def accept() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(Reader(), self._begin, loop=loop)

        self._server = await loop.create_server(
            accept, self.host, self.port, ssl=self._tls if self._implicit_tls else None
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Nobody can reach it any more; `start` opens the same port again."""
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self.connections:
            connection.writer.transport.abort()
        await self._server.wait_closed()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, Reader)
        connection = Connection(reader=reader, writer=writer, is_secure=self._implicit_tls)
        self.connections.append(connection)
        task = asyncio.ensure_future(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            await self._answer(connection, "connect")
            while line := await connection.reader.readline():
                command = line.decode().rstrip("\r\n")
                connection.commands.append(command)
                verb = command.split(" ")[0].split(":")[0].lower()
                await self._obey(connection, verb, command)
                if verb == "quit":
                    break
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            connection.writer.close()

    async def _obey(self, connection: Connection, verb: str, command: str) -> None:
        match verb:
            case "ehlo":
                await self._answer(connection, "ehlo")
            case "starttls":
                if (await self._answer(connection, "starttls")).startswith("220"):
                    assert self._tls is not None
                    await connection.writer.start_tls(self._tls)
                    connection.is_secure = True
            case "auth":
                await self._authenticate(connection, command)
            case "mail":
                connection.mail = command
                await self._answer(connection, "mail")
            case "rcpt":
                await self._recipient(connection, command)
            case "data":
                await self._data(connection)
            case _:
                await self._answer(connection, verb if verb in USUAL else "unknown")

    async def _authenticate(self, connection: Connection, command: str) -> None:
        method, *initial = command.split(" ")[1:]
        prompts = {"LOGIN": ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"], "CRAM-MD5": ["PDEuMkBleGFtcGxlPg=="]}
        for prompt in prompts.get(method, [])[len(initial) :]:
            connection.writer.write(f"334 {prompt}\r\n".encode())
            connection.commands.append((await connection.reader.readline()).decode().strip())
        await self._answer(connection, "auth")

    async def _recipient(self, connection: Connection, command: str) -> None:
        address = command.partition("<")[2].partition(">")[0]
        said = await self._answer(connection, "rcpt", to=address)
        connection.rcpt = address if said.startswith("25") else ""

    async def _data(self, connection: Connection) -> None:
        if not connection.rcpt and not self._is_told("data"):
            return await self._say(connection, "554 5.5.1 no valid recipients")
        if not (await self._answer(connection, "data", to=connection.rcpt)).startswith("354"):
            return None
        if self.stops_reading_at_data:
            connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await self._may_go_on.wait()
        lines = b""
        while (line := await connection.reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines += line
        rcpt, mail = connection.rcpt, connection.mail
        connection.rcpt = ""
        self.received.append(Received(mail=mail, rcpt=rcpt, data=lines))
        self._tell(self.received[-1])
        await self._answer(connection, "dot", to=rcpt)
        return None

    def _is_told(self, stage: str) -> bool:
        return bool(self._next[stage, ""]) or (stage, "") in self._always

    async def _answer(self, connection: Connection, stage: str, *, to: str = "") -> str:
        self._reached[stage].set()
        for key in ((stage, to), (stage, "")):
            if self._next[key]:
                answer = self._next[key].popleft()
                break
        else:
            told = self._always.get((stage, to)) or self._always.get((stage, ""))
            answer = told or self._usual(connection, stage)
        if answer is Act.HANG:
            await self._may_go_on.wait()
            answer = self._usual(connection, stage)
        if isinstance(answer, Act):
            self._hang_up(connection, answer)
        await self._say(connection, answer)
        return answer

    async def _say(self, connection: Connection, answer: str) -> None:
        connection.writer.write(f"{answer}\r\n".encode())
        await connection.writer.drain()

    def _hang_up(self, connection: Connection, how: Act) -> NoReturn:
        if how is Act.RESET:
            linger = struct.pack("ii", 1, 0)
            connection.writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
        connection.writer.transport.abort()
        raise ConnectionResetError

    def _usual(self, connection: Connection, stage: str) -> str:
        if stage == "dot":
            return f"250 2.0.0 Ok: queued as {len(self.received):010X}"
        if stage == "ehlo":
            offered = [*self.extensions]
            if self._tls is not None and not connection.is_secure:
                offered.append("STARTTLS")
            if self._login:
                offered.append(f"AUTH {' '.join(self._login)}")
            lines = ["relay.example.com", *offered]
            return "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines)
        return USUAL.get(stage, "500 5.5.2 what?")
