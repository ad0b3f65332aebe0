"""What is somebody told on the page that comes after what they did?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

SAID = "tidings_said"
_KEPT = re.compile(r"([a-z-]{1,30}):(\d{1,9}):(\d{1,9})")

#: By what was done; `count` did change, `left` did not.
_WORDS = {
    "replayed": "{count} replayed: due again, one after the other.",
    "discarded": "{count} discarded: settled for good, and still readable here.",
    "resolved": "Written down. The story goes on below.",
    "paused": "The lane is paused: what has begun is finished, then nothing more is handed over.",
    "paused-already": "The lane was paused already; that pause stands.",
    "resumed": "The lane goes on.",
    "resumed-already": "The lane was going on already.",
    "signed-out": "Signed out.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Kept in a cookie, from which only numbers are believed."""

    what: str
    count: int = 0
    left: int = 0

    def __str__(self) -> str:
        return f"{self.what}:{self.count}:{self.left}"

    @property
    def words(self) -> str:
        left = f" {self.left:,} left as they were." if self.left else ""
        return _WORDS[self.what].format(count=f"{self.count:,}") + left


def said_in(request: Request) -> Said | None:
    found = _KEPT.fullmatch(request.cookies.get(SAID, ""))
    if found is None or found[1] not in _WORDS:
        return None
    return Said(found[1], int(found[2]), int(found[3]))
