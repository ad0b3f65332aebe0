"""What does the exit code of a command say?"""

from __future__ import annotations

from application.errors import LeaseLost, RowRefused, StoreUnavailable, StreamUnavailable
from domain.errors import TidingsError
from entrypoints.settings import BadSettings

DONE = 0
NOT_ALL = 1  #: something is not found, was left out (a bad line), or failed (a check)
USAGE = 2  #: an option or a setting is wrong; nothing was done
UNAVAILABLE = 69  #: the data cannot be reached or written (EX_UNAVAILABLE)
BUG = 70  #: a mistake of ours (EX_SOFTWARE)
NO_OUTPUT = 74  #: what it has to say cannot be written (EX_IOERR)
INTERRUPTED = 130

_BY_ERROR: dict[type[TidingsError], int] = {
    BadSettings: USAGE,
    LeaseLost: UNAVAILABLE,
    RowRefused: UNAVAILABLE,
    StoreUnavailable: UNAVAILABLE,
    StreamUnavailable: UNAVAILABLE,
}


def of(error: TidingsError) -> int:
    return _BY_ERROR.get(type(error), NOT_ALL)
