"""How does a person say where the next page begins?"""

from __future__ import annotations

from base64 import b32decode, b32encode
from uuid import UUID


def to_cursor(last: UUID) -> str:
    """Of small letters and figures alone, so that no shell takes it for something else."""
    return b32encode(last.bytes).decode().rstrip("=").lower()


def read_cursor(text: str) -> UUID:
    """Raises ValueError if it is none."""
    return UUID(bytes=b32decode(f"{text.upper()}======"))
