"""What is put on the wire for one recipient?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`data` is dot-stuffed and ends in the final dot; `size` is without both (RFC 1870)."""

    originator: str
    recipient: str
    data: bytes
    size: int


def as_data(message: bytes) -> bytes:
    """Dot-stuffed, with the final dot (RFC 5321 4.5.2): one message, whoever reads it.

    Raises ValueError for a CR or LF alone, which relays read in different ways.
    """
    lines = message.count(b"\r\n")
    if message.count(b"\n") != lines or message.count(b"\r") != lines:
        raise ValueError("a CR or LF alone")
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"
