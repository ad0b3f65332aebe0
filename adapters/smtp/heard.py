"""What did a relay say, and how far had the hand-over come?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_CLOSING = 421


class Stage(StrEnum):
    """How far a hand-over had come. DOT: all of it, the final dot too, was handed over."""

    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is all lines in one, the enhanced code (RFC 3463) included."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        match = _ENHANCED.match(self.text)
        return match[1] if match else ""

    @property
    def digit(self) -> int:
        return self.code // 100

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What ended a hand-over, at which stage; without a reply, `words` say what happened."""

    stage: Stage
    reply: Reply | None
    words: str = ""
    went_stale: bool = False  #: the connection, kept from before, was gone before any answer

    @property
    def is_crowding(self) -> bool:
        """The relay has too many connections or mails from us, or is about to go."""
        if self.reply is None:
            return False
        nobody_named = self.stage in (Stage.CONNECT, Stage.AUTH, Stage.MAIL)
        return self.reply.code == _CLOSING or (nobody_named and self.reply.digit == 4)
