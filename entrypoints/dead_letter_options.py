"""Which options mean the same to several commands about dead letters?

Nothing heavy is imported here: `--help` must come at once.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from domain.dead_letter import UNREADABLE
from domain.failure import Failure

_REASONS = (*Failure, UNREADABLE)
_SLOWEST, _FASTEST = 0.001, 1_000_000  # a second


def one(text: str) -> UUID:
    return _id(text, elsewhere="those of an event: `tidings dlq list --event EVENT_ID`")


def one_of_some(text: str) -> UUID:
    return _id(text, elsewhere="for all of an event: --event EVENT_ID")


def _id(text: str, *, elsewhere: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        wanted = f"want an id as `tidings dlq list` shows; {elsewhere}"
        raise typer.BadParameter(wanted) from error


def reason(text: str) -> str:
    for each in _REASONS:
        if text.casefold() == each:
            return str(each)
    raise typer.BadParameter(f"want one of {', '.join(_REASONS)}")


def rate(given: str | float) -> float:
    """Also of what is there by default."""
    try:
        number = float(given)
    except ValueError:
        number = 0
    if not _SLOWEST <= number <= _FASTEST:
        raise typer.BadParameter(f"want a number from {_SLOWEST} to {_FASTEST}")
    return number


Reason = Annotated[
    str | None,
    typer.Option("--reason", parser=reason, metavar="REASON", help=f"{', '.join(_REASONS)}."),
]
OfEvent = Annotated[str | None, typer.Option("--event", metavar="EVENT_ID", help="Of one event.")]
Ids = Annotated[
    list[UUID] | None,
    typer.Argument(parser=one_of_some, metavar="[ID]...", help="As `dlq list` shows."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")]
OneId = Annotated[UUID, typer.Argument(parser=one, metavar="ID", help="As `dlq list` shows.")]
After = Annotated[
    UUID | None,
    typer.Option("--after", parser=one, metavar="ID", help="The last one seen: go on there."),
]
Rate = Annotated[
    float,
    typer.Option(
        "--rate",
        parser=rate,
        metavar="NUMBER",
        help=f"How many become due a second: {_SLOWEST} to {_FASTEST}.",
    ),
]
