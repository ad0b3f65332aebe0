"""Where does a group begin that has read nothing yet?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_WANTED = "earliest, latest, an instant such as 2026-03-02T12:00:00Z, or group:<name>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest:
    """With the oldest record that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """With the next record to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """With the first record of this instant or later, by Kafka's clock or the producer's."""

    instant: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """Where another group has come to; with the oldest record where that one has read nothing."""

    group: str


Start = Earliest | Latest | Since | Successor


def parse_start(text: str) -> Start:
    """Raises ValueError, with what is wanted."""
    match text.strip().partition(":"):
        case ("earliest", "", ""):
            return Earliest()
        case ("latest", "", ""):
            return Latest()
        case ("group", ":", group) if group.strip():
            return Successor(group=group.strip())
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no start (want {_WANTED})") from None
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone (want {_WANTED})")
    return Since(instant=instant)
