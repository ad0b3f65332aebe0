"""How does a command end that an error ends?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from application.errors import LeaseLost, RowRefused, StoreUnavailable, StreamUnavailable
from domain.errors import TidingsError
from entrypoints import exit_codes
from entrypoints.settings import BadSettings

_CODES: dict[type[TidingsError], int] = {
    BadSettings: exit_codes.USAGE,
    LeaseLost: exit_codes.UNAVAILABLE,
    RowRefused: exit_codes.UNAVAILABLE,
    StoreUnavailable: exit_codes.UNAVAILABLE,
    StreamUnavailable: exit_codes.UNAVAILABLE,
}


def exit_code(error: TidingsError) -> int:
    return _CODES.get(type(error), exit_codes.NOT_ALL)


def leaves(error: BaseException) -> Iterator[BaseException]:
    """What it is made of, if it is a group."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        yield error


def give_up_output() -> None:
    """Nothing can be flushed to it any more, at the end of the process neither."""
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for as long as we live
