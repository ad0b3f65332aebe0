"""Where do mails go in a benchmark, so quickly that the relay is never the limit?

    python -m bench.mail_sink

Prints its port, takes every mail on 127.0.0.1, and prints how many once its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import cast

from entrypoints.running import run

_GREETING = b"220 sink.tidings.test ESMTP\r\n"
_OFFERS = b"250-sink.tidings.test\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250 8BITMIME\r\n"
_OK, _GO_ON, _BYE = b"250 2.0.0 Ok\r\n", b"354 Go on\r\n", b"221 2.0.0 Bye\r\n"
_UNKNOWN = b"500 5.5.2 What?\r\n"
_END = b"\r\n.\r\n"
_REPLIES = {b"MAIL": _OK, b"RCPT": _OK, b"RSET": _OK, b"NOOP": _OK, b"HELO": _OK, b"EHLO": _OFFERS}


@dataclass(slots=True)
class Taken:
    mails: int = 0


class Conversation(asyncio.Protocol):
    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._rest = b""
        self._is_in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        replies = b""
        while reply := self._take_message() if self._is_in_message else self._take_command():
            replies += reply
        if replies:
            self._transport.write(replies)
        if replies.endswith(_BYE):
            self._transport.close()

    def _take_command(self) -> bytes:
        line, end, rest = self._rest.partition(b"\r\n")
        if not end:
            return b""
        self._rest = rest
        verb = line[:4].upper()
        if verb == b"DATA":
            self._is_in_message = True
            return _GO_ON
        return _BYE if verb == b"QUIT" else _REPLIES.get(verb, _UNKNOWN)

    def _take_message(self) -> bytes:
        _, end, rest = self._rest.partition(_END)
        if not end:
            return b""
        self._rest = rest
        self._is_in_message = False
        self._taken.mails += 1
        return b"250 2.0.0 Ok: queued as %X\r\n" % self._taken.mails


async def _serve() -> None:
    taken, loop = Taken(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(taken), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(taken.mails, flush=True)


if __name__ == "__main__":
    run(_serve())
