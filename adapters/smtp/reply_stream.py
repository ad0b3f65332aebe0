"""Which replies are in the bytes that a relay sent?"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.smtp.heard import Reply

_LONGEST_REPLY = 32 * 1024


class Nonsense(Exception):
    """What came is no reply of SMTP's (RFC 5321 4.2)."""


class ReplyStream:
    """Bounded: a reply that never ends is nonsense."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._length += len(line)
            if self._length > _LONGEST_REPLY:
                raise Nonsense("a reply without an end")
            self._lines.append(line)
            if line[3:4] != b"-":
                yield self._take()
        if self._length + len(self._rest) > _LONGEST_REPLY:
            raise Nonsense("a reply without an end")

    def _take(self) -> Reply:
        (first, *others), self._lines, self._length = self._lines, [], 0
        code = first[:3]
        if not code.isdigit() or any(line[:3] != code for line in others):
            raise Nonsense("an answer that is no reply")
        reply = Reply(int(code), _text(first))
        for line in others:
            said = _text(line).removeprefix(reply.enhanced).strip()
            reply = Reply(reply.code, f"{reply.text} {said}".rstrip())
        return reply


def _text(line: bytes) -> str:
    return line[4:].strip().decode(errors="replace")
